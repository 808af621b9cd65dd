"""Series laid side by side on an even grid of steps, as models that count steps and not days need them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.series.calendar import weekday_grid
from insiders.statistical.models import Rhythm

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
YEAR = {WEEKLY: 52, MONTHLY: 12}
RECENT_WEEKS = 8
RECENT_PERIODS = {WEEKLY: 13, MONTHLY: 6}


@dataclass(frozen=True)
class Grid:
    """The past of all series on the same steps, and where the days to forecast lie after it."""

    names: pd.Index
    """``unique_id`` of each row."""
    past: np.ndarray
    """Series x step; NaN before a series begins."""
    steps: np.ndarray
    """For each day to forecast, how many steps after the last of the past, from 0."""
    rhythm: Rhythm

    def series(self) -> list[np.ndarray]:
        """The past of each series from its own beginning on; empty where it has none."""
        begin = np.isfinite(self.past).argmax(axis=1)
        return [
            row[first:] if np.isfinite(row[first]) else row[:0] for row, first in zip(self.past, begin, strict=True)
        ]


def grid_of(values: pd.DataFrame, days: pd.DatetimeIndex, granularity: str = DAILY) -> Grid:
    """The grid of a dense long table (unique_id, ds, y) and the ``days`` to forecast, which all come after it.

    Days of a shop lie on the dates of its open weekdays: a closed one among them (a holiday) counts as the same weekday
    a week earlier, so that holidays do not shift the week. Weeks and months are their own grid. An `AnalysisError`
    names days that cannot be forecast from this past, gaps, and rows that stand twice.
    """
    own = pd.DatetimeIndex(np.sort(values["ds"].unique()))
    if len(own) == 0 or len(days) == 0 or days[0] <= own[-1]:
        raise AnalysisError("days to forecast come after a past: one of both is empty, or they overlap")
    every = pd.DatetimeIndex(weekday_grid(own, days[-1]) if granularity == DAILY else own.append(days))
    steps = every[every > own[-1]].get_indexer(days)
    if (steps < 0).any():
        strange = days[steps < 0][0]
        raise AnalysisError(f"{strange:%A} {strange:%Y-%m-%d} is to be forecast, but the past has no such weekday")
    grid = every[every <= own[-1]]
    if values.duplicated(["unique_id", "ds"]).any():
        raise AnalysisError("there are rows with the same series and day")
    series, names = pd.factorize(values["unique_id"])
    past = np.full((len(names), len(grid)), np.nan)
    past[series, grid.get_indexer(pd.DatetimeIndex(values["ds"]))] = values["y"].to_numpy()
    rhythm = _rhythm(grid, granularity)
    _fill(past, np.flatnonzero(~grid.isin(own)), rhythm.season)
    _check(past, names, grid)
    return Grid(pd.Index(names), past, steps, rhythm)


def _rhythm(grid: pd.DatetimeIndex, granularity: str) -> Rhythm:
    if granularity == DAILY:
        season = len(np.unique(grid.dayofweek))
        return Rhythm(season, RECENT_WEEKS * season)
    if granularity not in YEAR:
        raise AnalysisError(f"series are daily, weekly or monthly, not {granularity!r}")
    year = YEAR[granularity]
    return Rhythm(year if len(grid) >= 2 * year + 4 else 1, RECENT_PERIODS[granularity])


def _fill(past: np.ndarray, closed: np.ndarray, season: int) -> None:
    """Closed steps of a series that has begun take the value of a week before, else of a week after, else its mean."""
    begin = np.isfinite(past).argmax(axis=1)
    for step in closed:
        begun = begin < step
        value = past[:, step - season] if step >= season else np.full(len(past), np.nan)
        if step + season < past.shape[1]:
            value = np.where(np.isfinite(value), value, past[:, step + season])
        lacking = begun & ~np.isfinite(value)
        value[lacking] = np.nanmean(past[lacking], axis=1) if lacking.any() else np.nan
        past[:, step] = np.where(begun, value, np.nan)


def _check(past: np.ndarray, names: pd.Index, grid: pd.DatetimeIndex) -> None:
    there = np.isfinite(past)
    gaps = ~there & np.logical_or.accumulate(there, axis=1)
    if gaps.any():
        series, step = np.argwhere(gaps)[0]
        raise AnalysisError(f"{names[series]} has no value on {grid[step]:%Y-%m-%d}: series have to be dense")
