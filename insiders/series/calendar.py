"""The days on which a shop sells, found from its own data: weekdays never open, holidays, a last day cut short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.series.holidays import holidays_of

WEEK = 7
CUT_MARGIN = pd.Timedelta(hours=1)
EASTER_OFFSETS = range(-2, 2)


@dataclass(frozen=True)
class Calendar:
    """The days on which a shop sold, as far as its transactions tell."""

    open_days: pd.DatetimeIndex
    """Days with a purchase, ascending, without the cut day."""
    closed_weekdays: frozenset[int]
    """Weekdays (Monday is 0) on which the shop does not sell as a rule."""
    cut_day: pd.Timestamp | None
    """The last day of the data where it ends before closing time; left out of every series."""


def sale_calendar(transactions: pd.DataFrame, *, rare: float = 0.1, recent_weeks: int = 26) -> Calendar:
    """The sale-day calendar of hand-off ``transactions``.

    A weekday is closed when the shop sold on fewer than the share ``rare`` of its dates in the ``recent_weeks``.
    An `AnalysisError` is raised where there is no purchase or no whole day.
    """
    times = transactions.loc[transactions["kind"] == "purchase", "time"]
    if times.empty:
        raise AnalysisError("there is no purchase among the transactions, so there is no series to forecast")
    closing = times.groupby(times.dt.normalize()).max()
    days = pd.DatetimeIndex(closing.index, name="date")
    cut = days[-1] if _is_cut(closing) else None
    open_days = days if cut is None else days[:-1]
    return Calendar(open_days, _closed_weekdays(open_days, rare=rare, recent_weeks=recent_weeks), cut)


def expected_open_days(
    calendar: Calendar, horizon: int, *, country: str | None = None, region: str | None = None
) -> pd.DatetimeIndex:
    """The days among the ``horizon`` calendar days after the last whole day on which the shop should be open.

    Closed are the closed weekdays and the holidays of a year before: at Easter by distance from Easter Sunday, at the
    turn of the year by date, else by weekday 52 weeks earlier. Without a year of history only weekdays are known, but
    where a ``country`` is named: a public holiday of it is closed if it, or else most of the others, was closed before.
    """
    days = pd.date_range(calendar.open_days[-1] + pd.Timedelta(days=1), periods=horizon, name="date")
    public, shut = _public_holidays(calendar, days, country, region)
    expected = [
        day.dayofweek not in calendar.closed_weekdays
        and day not in shut
        and not _closed_last_year(day, calendar, public)
        for day in days
    ]
    if not any(expected):
        raise AnalysisError(
            f"the shop should be closed on all {horizon} days from {days[0]:%Y-%m-%d}: nothing to forecast"
        )
    return days[expected]


def panel_calendar(panel: pd.DataFrame, *, least: float = 0.05) -> Calendar:
    """The calendar of a panel source (date, units): its days are whole, and open where it sold at all worth naming.

    A day is closed that sold less than the share ``least`` of the median day: shops that are closed book a few pieces.
    """
    sold = panel.groupby("date")["units"].sum().sort_index()
    if not (sold > 0).any():
        raise AnalysisError("the panel sold nothing on any day, so there is no series to forecast")
    days = pd.DatetimeIndex(sold.index[sold >= max(least * sold[sold > 0].median(), 1e-12)], name="date")
    return Calendar(days.as_unit("ns"), _closed_weekdays(days), None)


def weekday_grid(calendar_days: pd.DatetimeIndex, until: pd.Timestamp) -> pd.DatetimeIndex:
    """Every date from the first of ``calendar_days`` to ``until`` that falls on a weekday found among them."""
    every = pd.date_range(calendar_days[0], until, name="date")
    return every[every.dayofweek.isin(np.unique(calendar_days.dayofweek))]


def _closed_weekdays(open_days: pd.DatetimeIndex, *, rare: float = 0.1, recent_weeks: int = 26) -> frozenset[int]:
    last = open_days[-1]
    recent = pd.date_range(max(open_days[0], last - pd.Timedelta(weeks=recent_weeks)), last)
    sold = pd.Series(recent.isin(open_days)).groupby(recent.dayofweek).mean().reindex(range(WEEK), fill_value=0.0)
    return frozenset(int(day) for day in sold.index[sold < rare])


def _public_holidays(
    calendar: Calendar, ahead: pd.DatetimeIndex, country: str | None, region: str | None
) -> tuple[frozenset[pd.Timestamp], frozenset[pd.Timestamp]]:
    """All public holidays from the first day to the last, and those ahead on which the shop should be closed."""
    if country is None:
        return frozenset(), frozenset()
    names = holidays_of(country, pd.date_range(calendar.open_days[0], ahead[-1]), region=region).dropna()
    weekdays = pd.DatetimeIndex(names.index).dayofweek
    told = names[(names.index < ahead[0]) & ~weekdays.isin(list(calendar.closed_weekdays))]
    closed = pd.Series(~told.index.isin(calendar.open_days), index=told.index)
    by_name = closed.groupby(told.to_numpy()).mean()
    coming = names[names.index >= ahead[0]]
    share = coming.map(by_name).astype("float64").fillna(closed.mean() if len(closed) else 1.0)
    return frozenset(names.index), frozenset(coming.index[share >= 0.5])


def _is_cut(closing: pd.Series) -> bool:
    """Whether the last day ends an hour earlier than that weekday ever did (four such days at least)."""
    time_of_day = closing - pd.DatetimeIndex(closing.index)
    same = time_of_day[pd.DatetimeIndex(closing.index).dayofweek == closing.index[-1].dayofweek]
    return len(same) > 4 and bool(same.iloc[-1] <= same.iloc[:-1].min() - CUT_MARGIN)


def _closed_last_year(day: pd.Timestamp, calendar: Calendar, public: frozenset[pd.Timestamp]) -> bool:
    before = _a_year_before(day)
    if before in public:
        return False  # that holiday has a name, by which it is found in this year
    # A holiday on a day that is always closed shows only by its neighbours: 25 December 2010 was a Saturday.
    witnesses = {_nearest(before, calendar, step) for step in (-1, 1)}
    known = all(calendar.open_days[0] <= witness <= calendar.open_days[-1] for witness in witnesses)
    return known and not any(witness in calendar.open_days for witness in witnesses)


def _nearest(day: pd.Timestamp, calendar: Calendar, step: int) -> pd.Timestamp:
    """The day itself, or the next one in the direction of ``step`` on a weekday that is not always closed."""
    distance = next(n for n in range(WEEK) if (day.dayofweek + n * step) % WEEK not in calendar.closed_weekdays)
    return day + pd.Timedelta(days=distance * step)


def _a_year_before(day: pd.Timestamp) -> pd.Timestamp:
    """The day of the year before that a holiday falling on ``day`` would have fallen on."""
    if _from_easter(day) in EASTER_OFFSETS:
        return _easter(day.year - 1) + pd.Timedelta(days=_from_easter(day))
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 6):
        return day - pd.DateOffset(years=1)
    before = day - pd.Timedelta(weeks=52)
    # The days closed for last year's Easter say nothing about the same weeks of a year in which Easter lies elsewhere.
    return before - pd.Timedelta(weeks=52) if _from_easter(before) in EASTER_OFFSETS else before


def _from_easter(day: pd.Timestamp) -> int:
    return (day - _easter(day.year)).days


def _easter(year: int) -> pd.Timestamp:
    return pd.Timestamp(year, 1, 1) + pd.offsets.Easter()
