"""The page of the comparison of two runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runner.comparison.page import WORDS
from runner.comparison.side import Side
from runner.desk.addresses import Addresses
from runner.desk.catalogue import answers
from runner.desk.desk import Desk
from runner.desk.sheets import Sheet
from runner.errors import UnknownRunError
from runner.records.identifiers import is_run_id

Run = tuple[Path, Sheet]
"""The folder of a run, and what its record says."""


def show(desk: Desk, request: Request) -> Response:
    """What differs between the two runs that a URL names, `?a=…&b=…`, the earlier one first."""
    a, b = (_run(desk, request.query_params.get(name, "")) for name in ("a", "b"))
    if a[0] == b[0]:
        told = f"A and B are one run, {a[1].run_id} of {a[1].pipeline}: choose another one for one of them."
        return desk.page(request, "fault.html", title="One run, twice", text=told)
    return desk.page(request, "comparison.html", **facts(desk, a, b))


def text(desk: Desk, at: Addresses, a: Run, b: Run) -> str:
    """What differs between two runs, as a file."""
    return desk.text("comparison.html", at, **facts(desk, a, b))


def facts(desk: Desk, a: Run, b: Run) -> Mapping[str, Any]:
    """What stands on the page."""
    sides = Side.of(a[0]), Side.of(b[0])
    told = desk.comparisons.of(*sides, a[1].digest, b[1].digest)
    return {"told": told, "positions": {side.folder.name: _positions(side) for side in sides}, **WORDS}


def _positions(side: Side) -> dict[str, int]:
    """The position of each step in its run, from 1, by name."""
    return {str(step["name"]): position for position, step in enumerate(side.manifest["steps"], start=1)}


def _run(desk: Desk, run_id: str) -> Run:
    if not is_run_id(run_id):
        raise UnknownRunError("Say which two runs to compare: choose one in column A and one in column B of the list.")
    with desk.index.asked() as connection:
        found = [row for row in answers.rows_of(connection, "runs.run_id = ?", run_id) if row.shown]
    if not found:
        raise UnknownRunError(f"There is no run {run_id} here.")
    return desk.run(found[0].pipeline, run_id)
