"""A reviewer's word on a run, given on its page: the same as `runner approve` and `runner reject`."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from runner.delivery.places import Places
from runner.desk.desk import Desk
from runner.errors import UsageError
from runner.ledger.line import Event
from runner.promotion import speech
from runner.promotion.reviewer import HOW

LONGEST = 4_000
"""So many characters of a reason the ledger gets from a page."""


def approve(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    """Approve the run."""
    return _say(desk, request, fields, Event.APPROVED)


def reject(desk: Desk, request: Request, fields: Mapping[str, str]) -> Response:
    """Reject the run."""
    return _say(desk, request, fields, Event.REJECTED)


def _say(desk: Desk, request: Request, fields: Mapping[str, str], event: Event) -> Response:
    if desk.rights is None or not desk.rights.may(request, fields):
        raise HTTPException(403)
    who = desk.person(request)
    if who is None:
        raise UsageError(HOW if desk.proxy is None else "the proxy does not say who you are, and a word needs a name")
    folder, sheet = desk.run(request.path_params["pipeline"], request.path_params["run_id"])
    if fields.get("digest") != sheet.digest:
        raise UsageError("this run is not any more what the page showed; look at it again, then say it")
    places = Places(desk.settings)
    try:
        said = speech.speak(places, folder, event, who, " ".join(fields.get("why", "").split())[:LONGEST])
    finally:
        places.close()
    return desk.page(request, "said.html", run=sheet, said=said)
