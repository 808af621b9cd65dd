"""The proof of a run: verified now, while the person waits; nothing is called verified because it once was."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from runner.desk.desk import Desk
from runner.errors import RecordError
from runner.verification.verify import verify

_ONE_AT_A_TIME = threading.Semaphore(1)
WAIT_S = 60
MOST = 200
"""So many damages and remarks are listed."""


def show(desk: Desk, request: Request) -> Response:
    """Recompute every digest of the run and the whole ledger, and say what was found."""
    folder = desk.folder(request.path_params["pipeline"], request.path_params["run_id"])
    if not _ONE_AT_A_TIME.acquire(timeout=WAIT_S):
        raise RecordError("Another run is being verified; try again in a while.")
    try:
        report = verify(desk.settings, run=folder.name)
    finally:
        _ONE_AT_A_TIME.release()
    findings = report.findings
    return desk.page(
        request,
        "proof.html",
        pipeline=folder.parent.name,
        run_id=folder.name,
        report=report,
        damages=[str(one) for one in findings.damages[:MOST]],
        remarks=[str(one) for one in findings.remarks[:MOST]],
        away=findings.away,
        figures=findings.figures,
        at_time=datetime.now(UTC),
        lines=_lines(desk, folder.name),
        logical_date=_date(desk, folder.name),
    )


def _date(desk: Desk, run_id: str) -> str:
    """The date that the run is for, as the index has it; a record that is broken has none to read."""
    with desk.index.asked() as connection:
        found = connection.execute("SELECT logical_date FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return str(found[0]) if found else run_id


def _lines(desk: Desk, run_id: str) -> list[dict[str, str]]:
    """What the ledger tells of the run."""
    query = "SELECT number, event, at, who, why FROM events WHERE run_id = ? ORDER BY number"
    with desk.index.asked() as connection:
        found = connection.execute(query, (run_id,)).fetchall()
    return [dict(zip(("number", "event", "at", "who", "why"), one, strict=True)) for one in found]
