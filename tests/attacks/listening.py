"""A foreign server that notes what it is asked for: what a page that holds must never reach."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A foreign server: its address, and what it was asked for; a connection that asks for nothing is noted, too."""
    asked: list[str] = []

    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            with suppress(ConnectionError):  # the browser may have left
                self.wfile.write(b"<p>foreign</p>")

        do_POST = do_GET  # noqa: N815 - the name that the library calls

        def log_message(self, *args: Any) -> None:
            pass

    class Noting(ThreadingHTTPServer):
        def verify_request(self, request: Any, client_address: Any) -> bool:
            asked.append("connection")
            return True

    server = Noting(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
