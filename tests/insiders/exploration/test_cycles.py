"""When the shop sells."""

from __future__ import annotations

import pandas as pd

from insiders.exploration.cycles import closed_days, daily_sales, last_whole_month, monthly_cycle, weekly_cycle
from tests.insiders.small_shop import prepared


def shop(first: str, last: str, *closed: str) -> pd.DataFrame:
    """Daily sales of a shop that sells one mug for 3 on every weekday but Sunday and the closed days."""
    days = [day for day in pd.date_range(first, last) if day.dayofweek != 6 and day not in pd.DatetimeIndex(closed)]
    return daily_sales(prepared(*({"invoice": str(n), "time": day} for n, day in enumerate(days))))


def test_every_calendar_day_has_a_row() -> None:
    """Closed days are there with zeros, so that nothing is averaged over open days unseen."""
    daily = shop("2024-03-01", "2024-03-11", "2024-03-05")
    assert len(daily) == 11
    closed = daily[daily["day"] == "2024-03-05"].iloc[0]
    assert (closed["revenue"], closed["invoices"], closed["is_open"]) == (0.0, 0, False)
    assert daily["revenue"].sum() == 8 * 3.0


def test_weekdays_per_open_day() -> None:
    """A weekday's mean counts open days only; one that is never open has none."""
    week = weekly_cycle(shop("2024-03-04", "2024-03-31", "2024-03-05"))
    tuesday, sunday = week.iloc[1], week.iloc[6]
    assert (tuesday["calendar_days"], tuesday["open_days"], tuesday["revenue_per_open_day"]) == (4, 3, 3.0)
    assert sunday["open_days"] == 0
    assert pd.isna(sunday["revenue_per_open_day"])


def test_a_cut_month_is_partial() -> None:
    """A month whose last usually open days are missing is partial, and the last whole month is the one before."""
    months = monthly_cycle(shop("2024-03-01", "2024-05-09"))
    assert months["is_partial"].tolist() == [False, False, True]
    assert last_whole_month(months) == pd.Timestamp("2024-04-01")


def test_a_month_that_ends_on_a_closed_weekday_is_whole() -> None:
    """March 2024 ends on a Sunday: data up to the Saturday before hold the whole month."""
    assert monthly_cycle(shop("2024-03-01", "2024-03-30"))["is_partial"].tolist() == [False]


def test_a_shop_without_a_whole_month() -> None:
    """Where every month is partial the last one is all there is."""
    months = monthly_cycle(shop("2024-03-12", "2024-03-20"))
    assert months["is_partial"].all()
    assert last_whole_month(months) == pd.Timestamp("2024-03-01")


def test_holidays_are_found_and_closed_weekdays_are_not() -> None:
    """A day without a purchase counts as closed only where its weekday is usually open."""
    closed = closed_days(shop("2024-03-01", "2024-04-30", "2024-03-29", "2024-04-01"))
    assert closed["day"].tolist() == [pd.Timestamp("2024-03-29"), pd.Timestamp("2024-04-01")]
