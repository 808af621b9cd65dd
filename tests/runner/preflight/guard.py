"""A guard before an S3 endpoint: every request is held against policies of IAM first, as S3 does it, then passed on.

moto looks at policies with words of its own for some acts (it takes a retention for a put), and at none by default.
What the guard says is what S3 says, and of a name that is not there it says 403 to those who may not list.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.infra.policies import Request, Statement, allows

WHO = "arn:aws:iam::123456789012:user/runner"
ON_BUCKETS = {"object-lock": "s3:GetBucketObjectLockConfiguration"}
ON_KEYS = {
    ("GET", ""): "s3:GetObject",
    ("HEAD", ""): "s3:GetObject",
    ("PUT", ""): "s3:PutObject",
    ("POST", "uploads"): "s3:PutObject",
    ("POST", "uploadId"): "s3:PutObject",
    ("PUT", "uploadId"): "s3:PutObject",
    ("DELETE", "uploadId"): "s3:AbortMultipartUpload",
    ("GET", "retention"): "s3:GetObjectRetention",
    ("PUT", "retention"): "s3:PutObjectRetention",
}
HOP = {"connection", "transfer-encoding", "content-length", "expect", "date", "server"}


class Guard(ThreadingHTTPServer):
    """The guard, what it lets pass, and what it was asked."""

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.upstream = upstream
        self.statements: list[Statement] = []
        self.answered: list[tuple[str, int]] = []
        """Method and status of each request."""

    @property
    def url(self) -> str:
        """Where clients ask."""
        return f"http://127.0.0.1:{self.server_port}"

    def allows(self, action: str, resource: str, facts: Mapping[str, str] | None = None) -> bool:
        """Whether the policies let it pass."""
        return allows(self.statements, Request(action, resource, facts or {}))


@contextmanager
def guarding(upstream: int) -> Iterator[Guard]:
    """A guard before the endpoint at that port, which lets nothing pass as long as it has no statements."""
    with Guard(upstream) as guard:
        threading.Thread(target=guard.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield guard
        finally:
            guard.shutdown()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Guard

    def log_message(self, *_: object) -> None:
        """Nothing is said."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._judge
        raise AttributeError(name)

    def _judge(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        words = parse_qs(parts.query, keep_blank_values=True)
        arn = f"arn:aws:s3:::{bucket}"
        action = self._action(words, key)
        resource = f"{arn}/{key}" if key else arn
        if not self.server.allows(action, resource, self._facts(action, words)):
            self._deny(action, resource)
            return
        line = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        line.request(self.command, self.path, body, headers)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        if (
            answer.status == 404
            and key
            and self.command in ("GET", "HEAD")
            and not self.server.allows("s3:ListBucket", arn)
        ):
            self._deny("s3:ListBucket", arn)
            return
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        named = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP]
        self._answer(answer.status, content, [*named, ("Content-Length", length or "0")])

    def _action(self, words: dict[str, list[str]], key: str) -> str:
        if not key:
            return next((action for word, action in ON_BUCKETS.items() if word in words), "s3:ListBucket")
        word = next((word for word in ("uploads", "uploadId", "retention") if word in words), "")
        return ON_KEYS[self.command, word]

    def _facts(self, action: str, words: dict[str, list[str]]) -> dict[str, str]:
        if action != "s3:PutObject":
            return {}
        creates = (self.command, "uploadId" in words) in (("PUT", False), ("POST", True))
        return {
            "s3:ObjectCreationOperation": str(creates).lower(),
            "s3:if-none-match": self.headers.get("If-None-Match", ""),
        }

    def _deny(self, action: str, resource: str) -> None:
        said = f"User: {WHO} is not authorized to perform: {action} on resource: &quot;{resource}&quot; because no "
        text = f"{said}identity-based policy allows the {action} action"
        whole = (
            f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>{text}</Message></Error>'
        )
        content = b"" if self.command == "HEAD" else whole.encode()
        self._answer(403, content, [("Content-Type", "application/xml"), ("Content-Length", str(len(content)))])

    def _answer(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        self.server.answered.append((self.command, status))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
