"""Who may change something, and in whose name.

Nobody may, unless the desk was started with `--write`. Then whoever gives the token that it printed gets a session: a
random name in a cookie that no script reads and no other site's page sends. Every form carries a second secret of that
session, which a page elsewhere cannot know, and has to come from a page of ours (`Origin`).
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from runner.errors import UsageError

COOKIE = "desk"
MOST_SESSIONS = 1_000
LONGEST_NAME = 200


@dataclass(frozen=True)
class Proxy:
    """A proxy that signs people in, and tells who they are in a header."""

    header: str
    networks: tuple[IPv4Network | IPv6Network, ...]
    """From which it speaks; from elsewhere the header counts for nothing."""

    def person(self, request: Request) -> str | None:
        """Who the proxy says is asking; None where it did not say so, or another sent the request."""
        if request.client is None:
            return None
        try:
            address = ip_address(request.client.host)
        except ValueError:
            return None
        names = request.headers.getlist(self.header)
        if not any(address in network for network in self.networks) or len(names) != 1:
            return None
        name = " ".join(names[0].split())[:LONGEST_NAME]
        return name if name and name.isprintable() else None


@dataclass
class Rights:
    """The rights of a desk that was started with write rights, and its sessions."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _sessions: OrderedDict[str, str] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def enter(self, token: str, response: Response, *, secure: bool) -> bool:
        """Open a session for whoever knows the token."""
        if not hmac.compare_digest(token.strip().encode(errors="replace"), self.token.encode()):
            return False
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._sessions[name] = secrets.token_urlsafe(24)
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        response.set_cookie(COOKIE, name, httponly=True, samesite="strict", secure=secure, path="/")
        return True

    def leave(self, request: Request, response: Response) -> None:
        """End the session of a request."""
        with self._lock:
            self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        response.delete_cookie(COOKIE, path="/")

    def secret(self, request: Request) -> str | None:
        """What forms of this session carry; None where the request belongs to none."""
        with self._lock:
            return self._sessions.get(request.cookies.get(COOKIE, ""))

    def may(self, request: Request, fields: Mapping[str, object]) -> bool:
        """Whether a form may change something: its session, its secret and the page that it comes from are right."""
        secret, given = self.secret(request), fields.get("secret")
        if secret is None or not isinstance(given, str) or not from_here(request):
            return False
        return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def from_here(request: Request) -> bool:
    """Whether a form comes from a page of this desk, as the browser tells."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


def proxy(header: str | None, addresses: list[str]) -> Proxy | None:
    """The proxy that a command line names, if it names one; a `UsageError` where half of it is missing or wrong."""
    if header is None and not addresses:
        return None
    if header is None or not addresses:
        raise UsageError(
            "--trust-header NAME and --trust-proxy ADDRESS go together: a header counts only from a proxy that is named"
        )
    if not header.replace("-", "").isalnum() or not header.isascii():
        raise UsageError(f"--trust-header {header}: is no name of a header")
    try:
        return Proxy(header, tuple(ip_network(one) for one in addresses))
    except ValueError as fault:
        raise UsageError(f"--trust-proxy: {fault}") from None
