from __future__ import annotations

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.series import Calendar, by_period, periods_ahead


def daily(first: str, last: str, closed_weekday: int | None = None) -> tuple[pd.DataFrame, Calendar]:
    every = pd.date_range(first, last)
    open_days = every[every.dayofweek != closed_weekday]
    calendar = Calendar(open_days, frozenset() if closed_weekday is None else frozenset({closed_weekday}), None)
    return pd.DataFrame({"unique_id": "total", "ds": open_days, "y": 1.0}), calendar


def test_a_month_that_the_data_show_in_part_is_left_out() -> None:
    """Nine days of December are not a month, nor is the half of the January in which the data begin."""
    values, calendar = daily("2011-01-15", "2011-12-09")
    monthly = by_period(values, calendar, "monthly")
    assert monthly["ds"].iloc[0] == pd.Timestamp("2011-02-01")
    assert monthly["ds"].iloc[-1] == pd.Timestamp("2011-11-01")
    assert monthly["y"].to_list()[:2] == [28.0, 31.0]
    assert list(periods_ahead(monthly, "monthly", 2)) == [pd.Timestamp("2011-12-01"), pd.Timestamp("2012-01-01")]


def test_a_week_that_lacks_only_a_closed_day_is_whole() -> None:
    """A week that ends on Saturday is whole for a shop that never opens on Sundays, and cut for one that does."""
    values, calendar = daily("2024-01-01", "2024-01-13", closed_weekday=6)
    assert by_period(values, calendar, "weekly")["y"].to_list() == [6.0, 6.0]
    values, calendar = daily("2024-01-01", "2024-01-13")
    assert by_period(values, calendar, "weekly")["y"].to_list() == [7.0]
    assert list(periods_ahead(values, "weekly", 1)) == [pd.Timestamp("2024-01-15")]


def test_no_whole_period_is_an_error() -> None:
    """Ten days of a month make no month, and an unknown granularity no period."""
    values, calendar = daily("2024-01-03", "2024-01-13")
    with pytest.raises(AnalysisError, match="no whole monthly period"):
        by_period(values, calendar, "monthly")
    with pytest.raises(AnalysisError, match="weekly or monthly, not 'hourly'"):
        by_period(values, calendar, "hourly")
