"""History and forecast on one axis: which periods are whole, and the one in which the past meets what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboard.queries.periods import DAY, GRANULARITIES, MONTH, WEEK

_ENDS = {DAY: pd.DateOffset(days=1), WEEK: pd.DateOffset(weeks=1), MONTH: pd.DateOffset(months=1)}
_LEAST_DAYS = {MONTH: 27.0, WEEK: 6.0}


@dataclass(frozen=True)
class Axis:
    """The days that a figure is about."""

    granularity: str
    first: date
    """First day of the history shown."""
    last: date
    """Last day with a sale known."""
    until: date
    """Last day of the forecast shown."""
    whole: bool = False
    """Whether that is the last day of the forecast."""


def native(first: pd.Timestamp, last: pd.Timestamp, days: int) -> str:
    """What one row of a series stands for, by the mean distance of its rows: a day, a week or a month."""
    gap = (last - first).days / (days - 1) if days > 1 else 0
    return next((name for name, least in _LEAST_DAYS.items() if gap >= least), DAY)


def coarser(granularity: str) -> list[str]:
    """The granularities that rows of this one can be added up to, itself first."""
    return list(GRANULARITIES[GRANULARITIES.index(granularity) :])


def last_day(starts: pd.Timestamp, granularity: str) -> pd.Timestamp:
    """The last day of the period that starts on a day."""
    return starts + _ENDS[granularity] - pd.Timedelta(days=1)


def joined(sold: pd.DataFrame, expected: pd.DataFrame, axis: Axis) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """Both tables without periods that the ends of the data cut, and whether any was left out.

    `sold` has series, starts, value; `expected` series, starts, mean, lower, upper. A week or month under way counts
    as expected: what was sold of it so far is added to the forecast of its rest, bounds included.
    """
    if axis.granularity == DAY:
        return sold, expected, False
    under_way = last_days(sold, axis.granularity) > pd.Timestamp(axis.last)
    so_far = sold[under_way].set_index(["series", "starts"])["value"]
    places = pd.MultiIndex.from_frame(expected[["series", "starts"]])
    added = so_far.reindex(places).fillna(0.0).to_numpy(dtype="float64")
    expected = expected.assign(**{name: expected[name] + added for name in ("mean", "lower", "upper")})
    cut_before = sold["starts"] < pd.Timestamp(axis.first)
    whole = last_days(expected, axis.granularity) <= pd.Timestamp(axis.until)
    kept = sold[~under_way & ~cut_before]
    return kept.reset_index(drop=True), expected[whole].reset_index(drop=True), bool(cut_before.any() or (~whole).any())


def last_days(rows: pd.DataFrame, granularity: str) -> pd.Series:
    """The last day of each row's period."""
    starts = pd.to_datetime(rows["starts"])
    return starts + _ENDS[granularity] - pd.Timedelta(days=1)
