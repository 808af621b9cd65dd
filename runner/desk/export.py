"""The pages of the desk as files, for a bucket or an attachment: the list, each run, each executed copy.

They refer to each other by relative paths and bring their policies along; the copies stand in the same sandboxed
frames. A run whose predecessor is among them has the comparison with it. What needs the desk is left out: searching,
sorting, comparing any two, verifying, words on runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.desk import rendering
from runner.desk.addresses import Addresses
from runner.desk.catalogue import predecessors
from runner.desk.catalogue.answers import Answer, Row
from runner.desk.catalogue.predecessors import Predecessor
from runner.desk.desk import Desk
from runner.desk.notebook import document
from runner.desk.pages import comparison, notebook, run, runs
from runner.desk.sheets import Sheet
from runner.errors import RecordError, UsageError

ASSETS = ("desk.css", "comparison.css", "icon.svg")


@dataclass(frozen=True)
class Exported:
    """What was written."""

    runs: int
    pages: int
    bytes: int


def write(desk: Desk, folder: Path, rows: Sequence[Row], watch: Callable[[int], None] = lambda _: None) -> Exported:
    """Write the pages of these runs into a folder that is new or empty; `watch` hears how many runs are done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name a folder that is new")
        before = _before(desk, rows)
        sizes = [_put(folder / "index.html", runs.text(desk, Addresses("", files=True), _answer(rows), before))]
        for number, row in enumerate(rows, start=1):
            sizes += _run(desk, folder, row, before.get(row.run_id))
            watch(number)
        (folder / "static").mkdir()
        for name in ASSETS:
            shutil.copyfile(rendering.FOLDER / "static" / name, folder / "static" / name)
    except OSError as fault:
        raise RecordError(f"{folder}: the pages cannot be written: {fault.strerror or fault}") from fault
    return Exported(len(rows), len(sizes), sum(sizes))


def _answer(rows: Sequence[Row]) -> Answer:
    return Answer(tuple(rows), len(rows), 1)


def _before(desk: Desk, rows: Sequence[Row]) -> dict[str, Predecessor]:
    """The runs that runs are compared with, by run: those that are written, too."""
    there = {row.run_id for row in rows if row.comparable}
    with desk.index.asked() as connection:
        found = {row.run_id: predecessors.of(connection, row.pipeline, row.run_id) for row in rows if row.comparable}
    return {run_id: one for run_id, one in found.items() if one is not None and one.run_id in there}


def _run(desk: Desk, folder: Path, row: Row, before: Predecessor | None) -> list[int]:
    """Write the pages of a run; the bytes of each."""
    page = folder / "runs" / row.pipeline / f"{row.run_id}.html"
    at = Addresses("../../", files=True)
    try:
        found, sheet = desk.run(row.pipeline, row.run_id)
    except (RecordError, UsageError) as fault:
        return [_put(page, desk.text("fault.html", at, title="This cannot be shown", text=str(fault)))]
    sizes = [_put(page, run.text(desk, at, found, sheet, before))]
    if before is not None:
        sizes.append(_put(page.with_suffix("") / "changes.html", _changes(desk, before, (found, sheet))))
    for position in range(1, len(sheet.steps) + 1):
        sizes += _step(desk, page.with_suffix("") / "steps", found, sheet, position)
    return sizes


def _changes(desk: Desk, before: Predecessor, later: comparison.Run) -> str:
    at = Addresses("../../../", files=True)
    try:
        return comparison.text(desk, at, desk.run(before.pipeline, before.run_id), later)
    except (RecordError, UsageError) as fault:
        return desk.text("fault.html", at, title="This cannot be compared", text=str(fault))


def _step(desk: Desk, folder: Path, found: Path, sheet: Sheet, position: int) -> list[int]:
    step = sheet.steps[position - 1]
    at = Addresses("../../../../", files=True)
    sizes = [_put(folder / f"{position}.html", notebook.text(desk, at, found, sheet, position))]
    try:
        text = document.text(desk.templates, notebook.of_step(found, step), step, folded=False)
    except RecordError as fault:
        text = desk.templates.get_template("empty.html").render(text=str(fault))
    return [*sizes, _put(folder / str(position) / "document.html", text)]


def _put(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(rendering.encoded(text))
