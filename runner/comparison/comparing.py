"""`compare(before, after)`: all that differs between two runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from runner.comparison import (
    code,
    executed,
    files,
    headline,
    inputs,
    metrics,
    outputs,
    parameters,
    rows,
    surroundings,
)
from runner.comparison.difference import Difference
from runner.comparison.facts import Step
from runner.comparison.outputs import Ways
from runner.comparison.pictures import Allowance
from runner.comparison.shown import Cell, Line, Notebook, Output, Outputs
from runner.comparison.side import MissingError, Side, ended_as
from runner.outcomes import Status
from runner.settings import CHECKOUT

MOST_OUTPUTS = 300
"""Outputs of a copy that are told."""
MOST_LINES = 20_000
"""Lines of all sources and outputs together that are told."""

Told = TypeVar("Told", Cell, Output)


def compare(before: Side, after: Side, *, checkout: Path = CHECKOUT, draw: bool = False) -> Difference:
    """All that differs between two runs; with `draw` also the pictures themselves, as `data:` addresses of PNGs.

    `checkout` is asked for lock files and for the names of changed files. Nothing is written and nothing is run.
    """
    cells, shown, unread = _copies(before, after, Ways(before.noise, after.noise, Allowance(draw)))
    published, unpublished = rows.changes(before, after)
    found = Difference(
        before=before.told,
        after=after.told,
        steps=tuple(_steps(before, after)),
        parameters=parameters.changes(before, after),
        modules=surroundings.modules(before, after, checkout),
        code=cells,
        inputs=inputs.changes(before, after),
        environment=surroundings.environment(before, after, checkout),
        metrics=metrics.changes(before, after),
        rows=published,
        outputs=shown,
        files=files.changes(before, after),
        gaps=(*_unfinished(before, after), *unread, *unpublished),
        timings=surroundings.timings(before, after),
        circumstances=surroundings.circumstances(before, after),
    )
    return dataclasses.replace(found, headline=headline.of(found))


def _copies(before: Side, after: Side, ways: Ways) -> tuple[tuple[Notebook, ...], tuple[Outputs, ...], tuple[str, ...]]:
    """Cells and outputs that differ in the executed copies, and the copies that cannot be compared."""
    cells: dict[tuple[str, tuple[Cell, ...]], list[str]] = {}
    shown: list[Outputs] = []
    gaps: list[str] = []
    for name in (one for one in after.steps if one in before.steps):
        old_step, new_step = before.steps[name], after.steps[name]
        if _same_file(old_step, new_step):
            continue
        copies = []
        for side, step in ((before, old_step), (after, new_step)):
            try:
                copies.append(executed.copy_of(side, step))
            except MissingError as fault:
                if step["status"] not in (Status.SKIPPED, Status.NOT_RUN, Status.CANCELLED) or step.get("cells"):
                    gaps.append(f"{name}: the executed copy of {side.name} {fault}")
        if len(copies) < 2:
            continue
        old, new = copies
        aligned = code.pairs(old, new)
        if changed := code.changes(old, new, aligned):
            cells.setdefault((str(new_step["notebook"]), changed), []).append(name)
        differing = list(outputs.changes(old, new, aligned, ways))
        if differing:
            shown.append(_outputs(name, str(new_step["copy"]), differing))
    left = Remainder(MOST_LINES)
    changed_in = (code.notebook(notebook, steps, changed) for (notebook, changed), steps in cells.items())
    notebooks = tuple(dataclasses.replace(one, cells=tuple(map(left.cut, one.cells))) for one in changed_in)
    bounded = (dataclasses.replace(one, outputs=tuple(map(left.cut, one.outputs))) for one in shown)
    return notebooks, tuple(bounded), tuple(gaps)


@dataclass
class Remainder:
    """How many lines may still be told."""

    left: int

    def cut(self, one: Told) -> Told:
        """The cell or output, without its lines where there is no room for them."""
        self.left -= len(one.lines)
        if self.left >= 0 or not one.lines:
            return one
        return dataclasses.replace(one, lines=(Line("…", f"{len(one.lines):,} lines; too many differ to show all"),))


def _outputs(step: str, copy: str, differing: list[Output]) -> Outputs:
    return Outputs(step, copy, tuple(differing[:MOST_OUTPUTS]), max(0, len(differing) - MOST_OUTPUTS))


def _same_file(old: object, new: object) -> bool:
    """Whether both steps recorded the very same copy, as a step does that was taken over from the other run."""
    digests = [
        {str(one.get("path")): one.get("sha256") for one in step.get("files") or ()}.get(str(step.get("copy")))
        for step in (old, new)
        if isinstance(step, dict)
    ]
    return len(digests) == 2 and digests[0] is not None and digests[0] == digests[1]


def _steps(before: Side, after: Side) -> Iterator[Step]:
    for name in dict.fromkeys((*after.steps, *before.steps)):
        old, new = before.steps.get(name), after.steps.get(name)
        was, now = (None if step is None else ended_as(step) for step in (old, new))
        if was != now:
            reasons = (str(step["reason"]) for step in (new, old) if step is not None and step.get("reason"))
            yield Step(name, was, now, next(reasons, None))


def _unfinished(before: Side, after: Side) -> Iterator[str]:
    for side in (before, after):
        status = side.manifest["status"]
        if status == Status.RUNNING:
            yield f"{side.name} is still under way: only what it has left so far is compared"
        elif status == Status.LOST:
            yield f"{side.name} was lost on the way: only what it had left is compared"
    pipelines = before.manifest["pipeline"], after.manifest["pipeline"]
    if pipelines[0] != pipelines[1]:
        shared = [name for name in after.steps if name in before.steps]
        which = f"only the steps {', '.join(shared[:8])} are in both" if shared else "no step is in both"
        yield f"the runs are of two pipelines, {pipelines[0]} and {pipelines[1]}: {which}"
