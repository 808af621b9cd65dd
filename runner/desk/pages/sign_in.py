"""Where the token of a desk with write rights is given, and given back."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from runner.desk.addresses import Addresses
from runner.desk.desk import Desk
from runner.desk.rights import from_here


def show(desk: Desk, request: Request) -> Response:
    """The form; of a read-only desk, how to start one with rights."""
    return desk.page(request, "sign_in.html", wrong=False)


def enter(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    """Open a session for whoever knows the token."""
    if desk.rights is None or not from_here(request):
        raise HTTPException(403)
    answer = RedirectResponse(Addresses().runs, 303)
    if desk.rights.enter(fields.get("token", ""), answer, secure=request.url.scheme == "https"):
        return answer
    return desk.page(request, "sign_in.html", 403, wrong=True)


def leave(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    """End the session."""
    if desk.rights is None or not desk.rights.may(request, fields):
        raise HTTPException(403)
    answer = RedirectResponse(Addresses().runs, 303)
    desk.rights.leave(request, answer)
    return answer
