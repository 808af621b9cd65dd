"""A bad line to an S3 endpoint: requests get lost, answers get lost, errors come back, or nothing does.

    python -m tests.storm.proxy UPSTREAM_PORT SEED

Says the port that it listens on. A number on a line of its standard input is the share of requests that go wrong from
then on; at its end it says how often what happened. Requests that write are let through one at a time: the endpoint
behind looks whether an object is there and puts it there in two steps, which S3 does in one.
"""

from __future__ import annotations

import http.client
import json
import random
import select
import socket
import struct
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.faults.stage import tell

HANGS_S = 30.0
SLOW_S = (0.02, 0.3)
FAULTS = {
    "cut before": 4,
    "cut after": 4,
    "500": 2,
    "500 after": 2,
    "503": 2,
    "409": 2,
    "slow": 3,
    "hang": 1,
    "hang after": 1,
}
"""What goes wrong, and how often beside the others; `after` is after the request was carried out."""
CODES = {"500": "InternalError", "503": "SlowDown", "409": "ConditionalRequestConflict"}
WRITES = {"PUT", "POST", "DELETE"}
NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "expect", "date", "server"}


class Line(ThreadingHTTPServer):
    """The line, and its state."""

    daemon_threads = True

    def __init__(self, upstream: int, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.upstream = upstream
        self.share = 0.0
        self.happened: Counter[str] = Counter()
        self.one_write = threading.Lock()
        self._random = random.Random(seed)
        self._turn = threading.Lock()

    def fault(self, method: str) -> str | None:
        """What becomes of the next request; None where all goes well."""
        with self._turn:
            self.happened["requests"] += 1
            if self._random.random() >= self.share:
                return None
            kind = self._random.choices(list(FAULTS), list(FAULTS.values()))[0]
            if kind == "409" and method != "PUT":
                kind = "503"
            self.happened[kind] += 1
            return kind

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed says no goodbye."""


class Request(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: Line

    def setup(self) -> None:
        """Open the line to the endpoint."""
        super().setup()
        self.upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)

    def finish(self) -> None:
        """Close it."""
        self.upstream.close()
        super().finish()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._pass
        raise AttributeError(name)

    def _pass(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            return  # killed in the middle of a word, which no endpoint takes for the whole
        fault = self.server.fault(self.command)
        if fault == "slow":
            time.sleep(random.uniform(*SLOW_S))
        if fault in ("cut before", "hang"):
            self._vanish(hang=fault == "hang")
        elif fault in CODES:
            self._refuse(fault)
        else:
            self._answer(fault, *self._carried_out(body))

    def _carried_out(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
        if self.command not in WRITES:
            return self._sent(body, headers)
        with self.server.one_write:
            return self._sent(body, headers)

    def _sent(self, body: bytes, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        self.upstream.request(self.command, self.path, body, headers)
        answer = self.upstream.getresponse()
        return answer, answer.read()

    def _answer(self, fault: str | None, answer: http.client.HTTPResponse, content: bytes) -> None:
        if fault in ("cut after", "hang after"):
            self._vanish(hang=fault == "hang after")
        elif fault == "500 after":
            self._refuse("500")
        else:
            length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            self.wfile.write(content)

    def _refuse(self, status: str) -> None:
        text = f"<?xml version='1.0'?><Error><Code>{CODES[status]}</Code><Message>storm</Message></Error>".encode()
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _vanish(self, *, hang: bool) -> None:
        """Cut the connection without a word, at once or when the client has given up."""
        if hang:
            select.select([self.connection], [], [], HANGS_S)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def main(upstream: int, seed: int) -> None:
    """Serve until the standard input ends."""
    with Line(upstream, seed) as line:
        threading.Thread(target=line.serve_forever, daemon=True).start()
        tell(str(line.server_port))
        for share in sys.stdin:
            line.share = float(share)
        tell(json.dumps(line.happened))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
