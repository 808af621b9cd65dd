"""A figure over runs as a curve: points within a box, and the marks of its axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SMALL = (120.0, 26.0)
"""Width and height of a curve in a table, in pixels."""
LARGE = (860.0, 260.0)
EDGE = 4.0
_LEAST = 1e-290
"""A range smaller than this has no marks between its ends."""
"""Room around the points."""


@dataclass(frozen=True)
class Mark:
    """A mark of an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Spot:
    """A value's place in the drawing."""

    x: float
    y: float


def spots(
    values: Sequence[float],
    size: tuple[float, float],
    over: Sequence[float] | None = None,
    bounds: tuple[float, float] | None = None,
) -> list[Spot]:
    """Where each value stands, from left to right; `over` gives each its place from 0 to 1, else they stand evenly."""
    width, height = size
    low, high = bounds or (min(values, default=0.0), max(values, default=0.0))
    places = over if over is not None else [at / max(1, len(values) - 1) for at in range(len(values))]
    return [
        Spot(
            round(EDGE + place * (width - 2 * EDGE), 1),
            round(EDGE + (1 - _share(value, low, high)) * (height - 2 * EDGE), 1),
        )
        for place, value in zip(places, values, strict=True)
    ]


def path(points: Sequence[Spot]) -> str:
    """The points of a `polyline`."""
    return " ".join(f"{one.x},{one.y}" for one in points)


def marks(low: float, high: float, height: float, count: int = 4) -> list[Mark]:
    """Round values between two bounds, each with its place from above."""
    if not _LEAST < high - low < math.inf:
        return [Mark(height / 2, f"{low:.4g}")]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough)
    first = math.ceil(low / step)
    values = [number * step for number in range(first, first + count + 2) if number * step <= high]
    return [Mark(round(EDGE + (1 - _share(one, low, high)) * (height - 2 * EDGE), 1), f"{one:.6g}") for one in values]


def _share(value: float, low: float, high: float) -> float:
    span = high - low
    return 0.5 if not math.isfinite(span) or span <= 0 else min(max((value - low) / span, 0.0), 1.0)
