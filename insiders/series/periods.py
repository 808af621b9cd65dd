"""Daily series as weekly or monthly ones, without the weeks and months that the data show only in part."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from insiders.errors import AnalysisError
from insiders.series.calendar import Calendar

FREQUENCIES: Mapping[str, str] = {"weekly": "W-SUN", "monthly": "M"}
"""Granularities by name: weeks from Monday to Sunday, calendar months."""


def by_period(values: pd.DataFrame, calendar: Calendar, granularity: str) -> pd.DataFrame:
    """Sums by week or month of a dense daily table: unique_id, ds (first day of the period), y.

    A period at either end of the data counts only if the shop was not to open on the days that are missing of it. A
    series launched within a period begins with what that period had of it. An `AnalysisError` where no period is whole.
    """
    if granularity not in FREQUENCIES:
        raise AnalysisError(f"series are added up {' or '.join(FREQUENCIES)}, not {granularity!r}")
    frequency = FREQUENCIES[granularity]
    first, last = calendar.open_days[0], calendar.open_days[-1]
    whole = [
        period.start_time
        for period in pd.period_range(first, last, freq=frequency)
        if _closed(calendar, period.start_time, first - pd.Timedelta(days=1))
        and _closed(calendar, last + pd.Timedelta(days=1), period.end_time.normalize())
    ]
    start = values["ds"].dt.to_period(frequency).dt.start_time
    kept = values.assign(ds=start)[start.isin(whole)]
    if kept.empty:
        raise AnalysisError(f"between {first:%Y-%m-%d} and {last:%Y-%m-%d} there is no whole {granularity} period")
    return kept.groupby(["unique_id", "ds"], sort=False)["y"].sum().reset_index()


def periods_ahead(values: pd.DataFrame, granularity: str, count: int) -> pd.DatetimeIndex:
    """First days of the ``count`` weeks or months after the last one of the table."""
    following = pd.Period(values["ds"].max(), freq=FREQUENCIES[granularity]) + 1
    return pd.period_range(following, periods=count, freq=FREQUENCIES[granularity]).to_timestamp(how="start")


def _closed(calendar: Calendar, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    """Whether all days from the one to the other, if any, are weekdays on which the shop is closed."""
    return set(pd.date_range(first, last).dayofweek) <= calendar.closed_weekdays
