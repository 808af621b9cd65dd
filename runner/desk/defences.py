"""What every answer of the desk goes through: the host that was asked for, and the headers that hold the browser back.

Our own pages run one script and one style sheet of ours, and nothing that stands in a page. What comes from a record
is never a page of ours: a notebook has the policy `DOCUMENT`, a plot `PLOT`, a file `FILE`. After the policies that
GitHub and nbviewer serve notebooks under, and stricter: no script at all in a notebook, and no origin to be of.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DOCUMENT = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; "
    "form-action 'none'; sandbox"
)
PLOT = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "base-uri 'none'; form-action 'none'; sandbox allow-scripts"
)
FILE = "default-src 'none'; base-uri 'none'; form-action 'none'; sandbox"
NO_REFERRER = {"Referrer-Policy": "no-referrer"}
"""Of all that comes from a record."""
HEADERS = {
    "Content-Security-Policy": PAGE,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: a form sent under that policy does not say where it comes from, and we ask that of every form.
    "Referrer-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LONGEST_URL = 8_192
MOST_BODY = 64 << 10
"""Bytes of a form; no form of ours is larger."""


class Defences:
    """The outermost layer of the desk: refuses what it must, and adds the headers that an answer lacks."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse to."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if (refusal := self._refusal(scope)) is not None:
            await refusal(scope, receive, guarded)
        else:
            await self.app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        told = [(name.lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        hosts = [value for name, value in told if name == b"host"]
        if len(hosts) != 1 or bare(hosts[0]) not in self.hosts:
            # A name that some page had pointed at this address would let that page read along (DNS rebinding).
            return PlainTextResponse("this desk does not go by that name; see runner serve --allow-host\n", 421)
        if len(scope["raw_path"] or scope["path"].encode()) + len(scope["query_string"]) > LONGEST_URL:
            return PlainTextResponse("the address is too long\n", 414)
        length = next((value for name, value in told if name == b"content-length"), "0")
        chunked = any(name == b"transfer-encoding" for name, _ in told)
        if chunked or not length.isdigit() or len(length) > 12 or int(length) > MOST_BODY:
            return PlainTextResponse("that is more than a form of this desk holds\n", 413)
        return None


def bare(host: str) -> str:
    """A `Host` header without its port."""
    name, mark, port = host.strip().lower().rpartition(":")
    return name if mark and port.isdigit() else host.strip().lower()
