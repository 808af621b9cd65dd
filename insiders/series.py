"""Daily series from transactions: on which days the shop sells, who and what is followed, and how much was sold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.handoff import TEXT

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
    last = open_days[-1]
    recent = pd.date_range(max(open_days[0], last - pd.Timedelta(weeks=recent_weeks)), last)
    sold = pd.Series(recent.isin(open_days)).groupby(recent.dayofweek).mean().reindex(range(WEEK), fill_value=0.0)
    return Calendar(open_days, frozenset(int(day) for day in sold.index[sold < rare]), cut)


def expected_open_days(calendar: Calendar, horizon: int) -> pd.DatetimeIndex:
    """The days among the ``horizon`` calendar days after the last whole day on which the shop should be open.

    Closed are the closed weekdays and the holidays of a year before: at Easter by distance from Easter Sunday, at the
    turn of the year by date, else by weekday 52 weeks earlier. Without a year of history only weekdays are known.
    """
    days = pd.date_range(calendar.open_days[-1] + pd.Timedelta(days=1), periods=horizon, name="date")
    expected = [day.dayofweek not in calendar.closed_weekdays and not _closed_last_year(day, calendar) for day in days]
    if not any(expected):
        raise AnalysisError(
            f"the shop should be closed on all {horizon} days from {days[0]:%Y-%m-%d}: nothing to forecast"
        )
    return days[expected]


def insiders_at(
    transactions: pd.DataFrame, cutoff: pd.Timestamp, share: float, *, purchase_days: int = 2
) -> frozenset[str]:
    """The customers who led by gross revenue before ``cutoff``: a stand-in for the Insiders that knows no later sale.

    The ``share`` counts customers with at least ``purchase_days`` distinct purchase days before the cut-off; an
    `AnalysisError` is raised where it comes to nobody.
    """
    known = _purchases(transactions, before=cutoff)
    customers = known.assign(day=known["time"].dt.normalize()).groupby("customer_id", observed=True)
    table = pd.DataFrame({"days": customers["day"].nunique(), "revenue": customers["revenue"].sum()})
    eligible = table.loc[table["days"] >= purchase_days, "revenue"].sort_values(ascending=False, kind="stable")
    chosen = frozenset(eligible.index[: round(share * len(eligible))])
    if not chosen:
        raise AnalysisError(
            f"a share of {share:.1%} of the {len(eligible)} customers known before {cutoff:%Y-%m-%d} "
            f"({purchase_days} purchase days or more) is nobody: there are no Insiders to forecast"
        )
    return chosen


def products_at(transactions: pd.DataFrame, cutoff: pd.Timestamp, count: int, *, weeks: int = 13) -> list[str]:
    """The ``count`` products with the highest gross revenue in the ``weeks`` before ``cutoff``, the highest first."""
    known = _purchases(transactions, before=cutoff)
    recent = known[known["time"] >= cutoff - pd.Timedelta(weeks=weeks)]
    return list(recent.groupby("product", observed=True)["revenue"].sum().nlargest(count).index)


def daily_series(
    transactions: pd.DataFrame, days: pd.DatetimeIndex, *, insiders: Collection[str], products: Collection[str]
) -> pd.DataFrame:
    """One row per series and day of ``days``, zero where nothing was bought: level, series, date, value.

    Levels ``insiders`` and ``total`` are gross revenue in the shop's currency, level ``product`` counts pieces.
    Netted pairs and returns are left out: a series says what was bought and stayed bought for the moment.
    """
    bought = _purchases(transactions)
    bought = bought.assign(date=bought["time"].dt.normalize())
    mine = bought[bought["customer_id"].isin(list(insiders))]
    revenue = {("insiders", "insiders"): mine.groupby("date")["revenue"].sum()}
    revenue["total", "total"] = bought.groupby("date")["revenue"].sum()
    pieces = (
        bought[bought["product"].isin(list(products))].groupby(["product", "date"], observed=True)["quantity"].sum()
    )
    sold = set(pieces.index.get_level_values("product"))
    units = {("product", name): pieces.loc[name] for name in products if name in sold}
    return pd.concat(
        [_rows(level, name, values, days) for (level, name), values in {**revenue, **units}.items()], ignore_index=True
    )


def panel(series: pd.DataFrame) -> pd.DataFrame:
    """The series side by side: one row per day, one column per (level, series), in order of appearance."""
    names = list(dict.fromkeys(zip(series["level"], series["series"], strict=True)))
    wide = series.pivot(index="date", columns=["level", "series"], values="value")
    return wide.reindex(columns=pd.MultiIndex.from_tuples(names, names=["level", "series"])).astype("float64")


def weekday_grid(calendar_days: pd.DatetimeIndex, until: pd.Timestamp) -> pd.DatetimeIndex:
    """Every date from the first of ``calendar_days`` to ``until`` that falls on a weekday found among them."""
    every = pd.date_range(calendar_days[0], until, name="date")
    return every[every.dayofweek.isin(np.unique(calendar_days.dayofweek))]


def _purchases(transactions: pd.DataFrame, *, before: pd.Timestamp | None = None) -> pd.DataFrame:
    wanted = transactions["kind"] == "purchase"
    if before is not None:
        wanted &= transactions["time"] < before
    return transactions[wanted]


def _rows(level: str, name: str, values: pd.Series, days: pd.DatetimeIndex) -> pd.DataFrame:
    dense = values.reindex(days, fill_value=0).astype("float64")
    rows = pd.DataFrame({"level": level, "series": name, "date": days, "value": dense.to_numpy()})
    return rows.astype({"level": TEXT, "series": TEXT})


def _is_cut(closing: pd.Series) -> bool:
    """Whether the last day ends an hour earlier than that weekday ever did (four such days at least)."""
    time_of_day = closing - pd.DatetimeIndex(closing.index)
    same = time_of_day[pd.DatetimeIndex(closing.index).dayofweek == closing.index[-1].dayofweek]
    return len(same) > 4 and bool(same.iloc[-1] <= same.iloc[:-1].min() - CUT_MARGIN)


def _closed_last_year(day: pd.Timestamp, calendar: Calendar) -> bool:
    before = _a_year_before(day)
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
