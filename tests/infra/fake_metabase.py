"""A stand-in for Metabase: a local HTTP server that keeps the part of its public API that we use.

It was written from Metabase's API documentation, not recorded from a running Metabase: paths, methods, the fields that
requests must have, and the shape of answers. It keeps what it is given, so that a second run finds it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FIELDS = {
    "/api/setup": {"token", "user", "prefs"},
    "/api/session": {"username", "password"},
    "/api/database": {"engine", "name", "details"},
    "/api/collection": {"name"},
    "/api/card": {"name", "display", "dataset_query", "visualization_settings"},
    "/api/dashboard": {"name"},
}
"""What a POST must have."""
DASHCARD = {"id", "card_id", "row", "col", "size_x", "size_y"}
OPEN = {("GET", "/api/session/properties"), ("POST", "/api/setup"), ("POST", "/api/session")}
KINDS = {"database", "collection", "card", "dashboard"}


class Refused(Exception):  # noqa: N818 - what it is
    """What Metabase would not take."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class FakeMetabase:
    """What the stand-in knows, and every call that it was asked."""

    user: tuple[str, str] | None = None
    kept: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    calls: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Any, body: dict[str, Any]) -> Any:
        """The answer to a call, or `Refused`."""
        self.calls.append(f"{method} {re.sub(r'[0-9]+', ':id', path)}")
        if (method, path) not in OPEN and headers.get("X-Metabase-Session") != "a-session":
            raise Refused(401, "Unauthenticated")
        if method == "POST" and not FIELDS.get(path, set()) <= body.keys():
            raise Refused(400, f"missing {sorted(FIELDS[path] - body.keys())}")
        known = {"GET /api/session/properties": self._about, "POST /api/setup": self._set_up,
                 "POST /api/session": self._session}  # fmt: skip
        if f"{method} {path}" in known:
            return known[f"{method} {path}"](body)
        kind, number, more = self._place(path)
        if more == "items":
            return {"data": list(self._items(number))}
        if more == "sync_schema":
            return {"status": "ok"}
        return self._kept(method, kind, number, body)

    def _about(self, _: dict[str, Any]) -> Any:
        return {"has-user-setup": self.user is not None, "setup-token": None if self.user else "a-token"}

    def _set_up(self, body: dict[str, Any]) -> Any:
        if self.user or body["token"] != "a-token":
            raise Refused(403, "The /api/setup route can only be used to create the first user")
        self.user = (body["user"]["email"], body["user"]["password"])
        return {"id": "a-session"}

    def _session(self, body: dict[str, Any]) -> Any:
        if (body["username"], body["password"]) != self.user:
            raise Refused(401, "did not match stored password")
        return {"id": "a-session"}

    def _place(self, path: str) -> tuple[str, int | None, str]:
        found = re.fullmatch(r"/api/(\w+)(?:/(\d+))?(?:/(items|sync_schema))?", path)
        if not found or found[1] not in KINDS:
            raise Refused(404, "API endpoint does not exist.")
        if found[2] and int(found[2]) not in self.kept[found[1]]:
            raise Refused(404, "Not found.")
        return found[1], int(found[2]) if found[2] else None, found[3] or ""

    def _kept(self, method: str, kind: str, number: int | None, body: dict[str, Any]) -> Any:
        known = self.kept[kind]
        if method == "GET":
            listed = [{"id": key, "name": one["name"]} for key, one in known.items()]
            return {"data": listed} if kind == "database" else listed
        self._checked(body)
        number = number or len(known) + 1
        known[number] = {**known.get(number, {}), **body}
        return {"id": number, **known[number]}

    def _checked(self, body: dict[str, Any]) -> None:
        """What a card asks of a database, and a dashboard of cards, is there."""
        query = body.get("dataset_query")
        if query and (query["type"] != "native" or query["database"] not in self.kept["database"]):
            raise Refused(400, "no such database")
        for one in body.get("dashcards", ()):
            if not one.keys() >= DASHCARD or one["card_id"] not in self.kept["card"]:
                raise Refused(400, "no such card")
            if one["col"] + one["size_x"] > 24:
                raise Refused(400, "the grid has 24 columns")

    def _items(self, collection: int | None) -> Iterator[dict[str, Any]]:
        for key, one in self.kept["card"].items():
            if one.get("collection_id") == collection:
                yield {"id": key, "name": one["name"], "model": "dataset" if one["type"] == "model" else "card"}
        for key, one in self.kept["dashboard"].items():
            yield {"id": key, "name": one["name"], "model": "dashboard"}


@contextmanager
def serving(fake: FakeMetabase) -> Iterator[str]:
    """The address at which the stand-in answers."""

    class Handler(BaseHTTPRequestHandler):
        def answered(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            try:
                status, said = 200, fake.answer(self.command, self.path, self.headers, body)
            except Refused as why:
                status, said = why.status, {"message": str(why)}
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answered  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
