"""The page of a step's executed copy: outline and errors beside a frame in which the copy itself stands, harmless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runner.desk import places, rendering
from runner.desk.addresses import Addresses
from runner.desk.defences import DOCUMENT, NO_REFERRER
from runner.desk.desk import Desk
from runner.desk.notebook import copy, document, outline, outputs
from runner.desk.notebook.copy import Copy
from runner.desk.sheets import Sheet
from runner.desk.steps import Step
from runner.errors import RecordError, UnknownRunError

FRAME = {"Content-Security-Policy": DOCUMENT, **NO_REFERRER}


def show(desk: Desk, request: Request) -> Response:
    """The page around the copy."""
    folder, sheet, step, position = asked(desk, request)
    shown = facts(folder, sheet, step, position)
    folded = request.query_params.get("code") == "folded"
    at = Addresses()
    fields = {"code": "folded" if folded else ""}
    frame = at.asked(at.document(sheet.pipeline, sheet.run_id, position), fields)
    return desk.page(
        request, "notebook.html", frame=frame, target=_place(request) or shown["first"], folded=folded, **shown
    )


def _place(request: Request) -> str | None:
    """The place in the copy that a URL names: `?cell=` by its position of all cells, `?in=` by its number."""
    for name, mark in (("cell", "cell"), ("in", "in")):
        told = request.query_params.get(name, "")
        if told.isascii() and told.isdigit() and len(told) < 8:
            return f"{mark}-{int(told)}"
    return None


def text(desk: Desk, at: Addresses, folder: Path, sheet: Sheet, position: int) -> str:
    """The page around the copy as a file."""
    shown = facts(folder, sheet, sheet.steps[position - 1], position)
    frame = at.document(sheet.pipeline, sheet.run_id, position)
    return desk.text("notebook.html", at, frame=frame, target=shown["first"], folded=False, **shown)


def show_document(desk: Desk, request: Request) -> Response:
    """The copy itself, as a document without scripts, without an origin and without a network."""
    folder, _, step, _ = asked(desk, request)
    folded = request.query_params.get("code") == "folded"
    try:
        content = rendering.encoded(document.text(desk.templates, of_step(folder, step), step, folded=folded))
    except RecordError as fault:
        content = rendering.encoded(desk.templates.get_template("empty.html").render(text=str(fault)))
    return Response(content, media_type="text/html; charset=utf-8", headers=FRAME)


def asked(desk: Desk, request: Request) -> tuple[Path, Sheet, Step, int]:
    """The run and the step that a URL names."""
    folder, sheet = desk.run(request.path_params["pipeline"], request.path_params["run_id"])
    position = request.path_params["position"]
    step = sheet.step_at(position)
    if step is None:
        raise UnknownRunError("This run has no such step.")
    return folder, sheet, step, position


def of_step(folder: Path, step: Step) -> Copy:
    """The executed copy of a step."""
    name = step.copy_name
    if not name.endswith(".ipynb"):
        raise RecordError("The record names no notebook for this step.")
    try:
        return copy.read(places.inside(folder, name))
    except RecordError as fault:
        if not step.cells and step.status in ("skipped", "not_run"):
            raise RecordError(f"There is no copy: the step is {step.status.replace('_', ' ')}.") from None
        raise RecordError(str(fault)) from None


def facts(folder: Path, sheet: Sheet, step: Step, position: int) -> dict[str, Any]:
    """What stands on the page beside the frame."""
    told = {"run": sheet, "step": step, "position": position, "fault": None, "first": None, "error": None}
    try:
        found = of_step(folder, step)
    except RecordError as fault:
        return {**told, "fault": str(fault), "entries": [], "plots": [], "not_well": [], "stopped": None}
    stopped, statuses = outline.failing(found, step), outline.statuses(found, step)
    error = None if stopped is None else stopped.error
    return {
        **told,
        "entries": outline.entries(found),
        "plots": outline.interactive(found),
        "not_well": [
            (cell, statuses[cell.position])
            for cell in found.cells
            if cell.position in statuses and not statuses[cell.position].good
        ],
        "stopped": stopped,
        "first": None if stopped is None else f"cell-{stopped.position}",
        "error": None if error is None else {"told": error, "trace": outputs.bare(error.text)},
    }
