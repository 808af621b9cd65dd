"""The outline of a copy: its headings, the cells that ended badly, and its plots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runner.desk.notebook import plots
from runner.desk.notebook.copy import Cell, Copy
from runner.desk.notebook.markdown import plain
from runner.desk.steps import Step
from runner.outcomes import Status

_HEADING = re.compile(r"(?P<marks>#{1,4})\s+(?P<text>\S.*)")
_FENCE = re.compile(r"\s*(```|~~~)")
LONGEST = 120
MOST = 400
"""So many entries an outline has."""


@dataclass(frozen=True)
class Entry:
    """A line of the outline."""

    position: int
    """Of the cell."""
    level: int
    """From 1."""
    text: str


@dataclass(frozen=True)
class Plot:
    """Where an interactive plot is."""

    position: int
    output: int
    text: str


def entries(copy: Copy) -> list[Entry]:
    """The headings of a copy."""
    return [one for cell in copy.cells if cell.kind == "markdown" for one in _headings(cell)][:MOST]


def _headings(cell: Cell) -> Iterator[Entry]:
    fenced = False
    for line in cell.source.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and len(line) < 10_000 and (found := _HEADING.fullmatch(line.rstrip())):
            yield Entry(cell.position, len(found["marks"]), plain(found["text"])[:LONGEST] or "…")


def interactive(copy: Copy) -> list[Plot]:
    """The interactive plots of a copy."""
    found = []
    for cell in copy.cells:
        for at, output in enumerate(cell.outputs):
            if plots.KIND in output.data:
                told = ", ".join(plots.traces(output.data[plots.KIND]))
                found.append(Plot(cell.position, at, told[:LONGEST] or "plot"))
    return found[:MOST]


def statuses(copy: Copy, step: Step) -> Mapping[int, Status]:
    """How each cell with code ended, by its position, as the record has it; a cell is found by its number."""
    recorded = {one.number: one.status for one in step.cells}
    return {
        cell.position: recorded[cell.number]
        for cell in copy.cells
        if cell.number is not None and cell.number in recorded
    }


def failing(copy: Copy, step: Step) -> Cell | None:
    """The cell at which a step stopped: the one that its record names, else the one that holds an error."""
    if step.status.good:
        return None
    named = (cell for cell in copy.cells if cell.number is not None and cell.number == step.stopped_at)
    return next(named, copy.stopped)
