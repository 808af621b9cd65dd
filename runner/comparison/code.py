"""The cells of two notebooks: which belong together, and which have another source."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence

from runner.comparison import texts
from runner.comparison.executed import Executed
from runner.comparison.shown import Cell, Notebook

Pairs = Sequence[tuple[int | None, int | None]]
MOST_CELLS = 300
"""Cells of a notebook that are told."""


def pairs(old: Sequence[Executed], new: Sequence[Executed]) -> Pairs:
    """Positions of the cells that belong together; None where one notebook has no such cell."""
    if [(one.kind, one.source) for one in old] == [(one.kind, one.source) for one in new]:
        return [(n, n) for n in range(len(old))]
    # nbdime takes over a second to load, and equal notebooks do not need it.
    found: Pairs = importlib.import_module("runner.comparison.alignment").align(old, new)
    return found


def changes(old: Sequence[Executed], new: Sequence[Executed], aligned: Pairs) -> tuple[Cell, ...]:
    """The cells with another source, and those that only one notebook has."""
    return tuple(_changes(old, new, aligned))


def notebook(name: str, steps: Iterable[str], changed: Sequence[Cell]) -> Notebook:
    """The changed cells of a notebook, as many as are told."""
    return Notebook(name, tuple(steps), tuple(changed[:MOST_CELLS]), max(0, len(changed) - MOST_CELLS))


def _changes(old: Sequence[Executed], new: Sequence[Executed], aligned: Pairs) -> Iterator[Cell]:
    for i, j in aligned:
        one, other = None if i is None else old[i], None if j is None else new[j]
        if one and other and (shown := texts.lines(one.source, other.source)):
            yield Cell("changed", other.kind, one.number, other.number, other.heading, shown)
        elif one and not other and one.source.strip():
            yield Cell("gone", one.kind, one.number, None, one.heading, texts.whole(one.source, "-"))
        elif other and not one and other.source.strip():
            yield Cell("new", other.kind, None, other.number, other.heading, texts.whole(other.source, "+"))
