from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.baselines import BASELINES, ets, moving_average, seasonal_naive, weekday_means
from insiders.errors import AnalysisError
from insiders.series import daily_series, panel, sale_calendar
from tests.insiders.weekly_shop import day_revenue, sales


def history(first: str = "2024-01-01", last: str = "2024-03-31", closed: tuple[str, ...] = ()) -> pd.DataFrame:
    rows = sales(first, last, closed=closed)
    return panel(daily_series(rows, sale_calendar(rows).open_days, insiders={"big"}, products=["A"]))


def ahead(first: str, count: int = 6) -> pd.DatetimeIndex:
    every = pd.date_range(first, periods=count + 2, name="date")
    return every[every.dayofweek != 5][:count]


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_answers_for_every_day_and_series(name: str) -> None:
    """Whatever the method: one row per day asked for, one column per series, no gaps, nothing below zero."""
    past, days = history(), ahead("2024-04-01")
    means = BASELINES[name](past, days)
    assert list(means.index) == list(days)
    assert list(means.columns) == list(past.columns)
    assert np.isfinite(means.to_numpy()).all()
    assert (means.to_numpy() >= 0).all()


@pytest.mark.parametrize("method", [seasonal_naive, weekday_means, ets])
def test_a_steady_week_is_forecast_to_the_penny(method: object) -> None:
    """On a shop that repeats itself every method that knows weekdays is right, Thursdays and Sundays too."""
    days = ahead("2024-04-01")
    means = method(history(), days)["insiders", "insiders"]  # type: ignore[operator]
    assert means.to_list() == pytest.approx([day_revenue("big", day.dayofweek) for day in days], rel=1e-3)


def test_seasonal_naive_repeats_the_last_of_each_weekday() -> None:
    """The last Thursday counts, not the mean of Thursdays."""
    past = history()
    past.loc["2024-03-28"] = 7.0
    means = seasonal_naive(past, ahead("2024-04-04", 1))
    assert (means.to_numpy() == 7.0).all()


def test_means_look_back_eight_weeks_and_no_further() -> None:
    """What was sold before the last eight weeks moves neither kind of mean."""
    past = history()
    changed = past.copy()
    changed.loc[: pd.Timestamp("2024-02-04")] = 1e6
    for method in (moving_average, weekday_means):
        pd.testing.assert_frame_equal(method(past, ahead("2024-04-01")), method(changed, ahead("2024-04-01")))


def test_a_weekday_never_seen_takes_the_mean_of_all() -> None:
    """A Saturday asked of a shop that was always closed on it is forecast as an average day."""
    past, saturday = history(), pd.DatetimeIndex(["2024-04-06"], name="date")
    expected = moving_average(past, saturday)
    for method in (weekday_means, seasonal_naive):
        pd.testing.assert_frame_equal(method(past, saturday), expected, check_names=False)


def test_holidays_do_not_shift_the_week_of_exponential_smoothing() -> None:
    """Three closed days in the history leave Thursdays where they are."""
    past = history(closed=("2024-03-18", "2024-03-19", "2024-03-22"))
    days = ahead("2024-04-01")
    means = ets(past, days)["insiders", "insiders"]
    assert means.to_list() == pytest.approx([day_revenue("big", day.dayofweek) for day in days], rel=1e-3)


def test_exponential_smoothing_refuses_a_weekday_it_has_not_seen() -> None:
    """A day outside the weekly grid is named."""
    with pytest.raises(AnalysisError, match="2024-04-06 is to be forecast, but the history has no Saturday"):
        ets(history(), pd.DatetimeIndex(["2024-04-06"], name="date"))


def test_the_history_is_left_as_it_was() -> None:
    """No baseline writes into the table it is given."""
    past = history()
    before = past.copy()
    for method in BASELINES.values():
        method(past, ahead("2024-04-01"))
    pd.testing.assert_frame_equal(past, before)
