"""A figure over the runs of its pipeline, and whether it jumped.

Source of the test: B. Iglewicz and D. Hoaglin, How to Detect and Handle Outliers (ASQC, 1993): a value is an outlier
where its distance from the median, 0.6745 times and in units of the median absolute deviation, is over 3.5.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from runner.outcomes import Status

LATEST = 30
"""So many earlier runs a trend shows."""
FEWEST = 4
"""So many earlier values have to be there before one can be called a jump."""
LIMIT = 3.5
_SCALE = 0.6745


@dataclass(frozen=True)
class Point:
    """The value of a figure in a run."""

    run_id: str
    logical_date: str
    value: float


@dataclass(frozen=True)
class Trend:
    """A figure over runs, the oldest first; the last point is that of the run that is looked at."""

    points: tuple[Point, ...]

    @property
    def before(self) -> float | None:
        """The value of the run before."""
        return self.points[-2].value if len(self.points) > 1 else None

    @property
    def jumped(self) -> bool:
        """Whether the last value lies far outside of what the earlier ones were."""
        *earlier, last = [point.value for point in self.points]
        return jumps(earlier, last)


def jumps(earlier: Sequence[float], value: float) -> bool:
    """Whether a value is an outlier among the earlier ones; where those were all but equal, whether it differs."""
    if len(earlier) < FEWEST:
        return False
    middle = median(earlier)
    spread = median(abs(one - middle) for one in earlier)
    distance = abs(value - middle)
    if spread == 0:
        return distance > 1e-9 * max(1.0, abs(middle))
    return _SCALE * distance / spread > LIMIT


def of_run(connection: sqlite3.Connection, pipeline: str, run_id: str) -> Mapping[tuple[str, str], Trend]:
    """The trend of every figure of a run, by step and name, over the runs of earlier dates that succeeded."""
    columns = "SELECT number, run_id, logical_date FROM runs WHERE pipeline = ? AND "
    this = connection.execute(f"{columns} run_id = ?", (pipeline, run_id)).fetchall()
    if not this:
        return {}
    earlier = connection.execute(
        f"{columns} status = ? AND (logical_date, run_id) < (?, ?) ORDER BY logical_date DESC, run_id DESC LIMIT ?",
        (pipeline, Status.SUCCEEDED, this[0][2], run_id, LATEST),
    ).fetchall()
    points: dict[tuple[str, str], list[Point]] = {}
    query = "SELECT step, names.name, value FROM figures JOIN names ON names.number = figures.name WHERE run = ?"
    for number, run, logical_date in (*reversed(earlier), *this):
        for step, name, value in connection.execute(query, (number,)):
            points.setdefault((step, name), []).append(Point(run, logical_date, value))
    return {key: Trend(tuple(found)) for key, found in points.items() if found[-1].run_id == run_id}
