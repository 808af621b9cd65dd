"""The steps of a run as a graph: where each box and each line of it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runner.desk.steps import Step

WIDTH, HEIGHT = 168, 46
"""Of a box, in pixels."""
ACROSS, DOWN = 44, 14
"""Between boxes."""
MARGIN = 2
MOST = 120
"""A run of more steps is only listed."""


@dataclass(frozen=True)
class Box:
    """A step of the graph."""

    x: int
    y: int
    step: Step
    position: int
    """Of the step in the run, from 1."""


@dataclass(frozen=True)
class Line:
    """From a step to one that needs it: a curve between two points."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def path(self) -> str:
        """The curve as SVG writes it."""
        middle = (self.x1 + self.x2) // 2
        return f"M{self.x1},{self.y1} C{middle},{self.y1} {middle},{self.y2} {self.x2},{self.y2}"


@dataclass(frozen=True)
class Graph:
    """The drawing of a run's steps."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def of(steps: Sequence[Step]) -> Graph | None:
    """The graph of steps, from left to right in the order in which they need each other; None for none or too many."""
    if not 0 < len(steps) <= MOST:
        return None
    columns = _columns(steps)
    heights = dict.fromkeys(columns.values(), 0)
    boxes = []
    for position, step in enumerate(steps, start=1):
        column = columns[step.name]
        x, y = MARGIN + column * (WIDTH + ACROSS), MARGIN + heights[column] * (HEIGHT + DOWN)
        heights[column] += 1
        boxes.append(Box(x, y, step, position))
    named = {box.step.name: box for box in boxes}
    lines = tuple(_line(named[need], box) for box in boxes for need in dict.fromkeys(box.step.needs) if need in named)
    width = MARGIN * 2 + (max(columns.values()) + 1) * (WIDTH + ACROSS) - ACROSS
    return Graph(tuple(boxes), lines, width, MARGIN * 2 + max(heights.values()) * (HEIGHT + DOWN) - DOWN)


def _columns(steps: Sequence[Step]) -> Mapping[str, int]:
    """How many steps stand before each at most; a step counts only those before it in the record as its needs."""
    columns: dict[str, int] = {}
    for step in steps:
        columns[step.name] = max((columns[need] + 1 for need in step.needs if need in columns), default=0)
    return columns


def _line(start: Box, end: Box) -> Line:
    return Line(start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2)
