"""The search for a text in all executed copies."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runner.desk import sheets
from runner.desk.catalogue import answers, passages
from runner.desk.catalogue.passages import Found, Passage
from runner.desk.desk import Desk
from runner.errors import RecordError
from runner.records.identifiers import is_run_id

SHORTEST, LONGEST = 2, 200


def show(desk: Desk, request: Request) -> Response:
    """What was found, and where to go on."""
    fields = request.query_params
    text, pipeline = fields.get("q", "").strip()[:LONGEST], fields.get("pipeline", "")
    before = fields.get("before", "")
    with desk.index.asked() as connection:
        known = [name for name, _ in answers.pipelines(connection)]
        pipeline = pipeline if pipeline in known else ""
        test, values = ("runs.pipeline = ?", [pipeline]) if pipeline else ("1", [])
        if is_run_id(before):
            test, values = f"{test} AND runs.run_id < ?", [*values, before]
        rows = answers.rows_of(connection, f"{test} AND stamp <> ''", *values) if len(text) >= SHORTEST else []
    found = passages.search(desk.settings.output, rows, text) if rows else Found((), 0, None)
    steps = _steps(desk, found.passages)
    facts: dict[str, Any] = {
        "pipelines": known,
        "pipeline": pipeline,
        "found": found,
        "left": len(rows) - found.looked_at,
    }
    return desk.page(request, "search.html", here="search", text=text, shortest=SHORTEST, steps=steps, **facts)


def _steps(desk: Desk, found: tuple[Passage, ...]) -> dict[tuple[str, str], int]:
    """The position of the step that each copy is of, by run folder and file."""
    positions: dict[tuple[str, str], int] = {}
    for folder in {passage.run.folder for passage in found}:
        try:
            sheet = sheets.read(desk.settings.output / folder)
        except RecordError:
            continue
        positions |= {(folder, step.copy_name): position for position, step in enumerate(sheet.steps, start=1)}
    return positions
