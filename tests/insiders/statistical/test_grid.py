from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.statistical.grid import grid_of


def long(days: pd.DatetimeIndex, y: list[float], name: str = "s") -> pd.DataFrame:
    return pd.DataFrame({"unique_id": name, "ds": days, "y": y})


def weekdays(first: str, last: str, *closed: str) -> pd.DatetimeIndex:
    every = pd.date_range(first, last)
    return every[(every.dayofweek < 5) & ~every.isin(pd.to_datetime(list(closed)))]


def test_a_holiday_does_not_shift_the_week() -> None:
    """A closed Wednesday of a shop open on weekdays takes last Wednesday's value, and a season has five days."""
    days = weekdays("2024-01-01", "2024-01-19", "2024-01-17")
    grid = grid_of(long(days, [float(day.dayofweek) for day in days]), weekdays("2024-01-22", "2024-01-23"))
    assert grid.rhythm.season == 5
    assert grid.past[0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0] * 3
    assert grid.steps.tolist() == [0, 1]


def test_days_ahead_skip_holidays_to_come() -> None:
    """A closed Monday ahead still counts as a step, so that Tuesday is the second."""
    days = weekdays("2024-01-01", "2024-01-19")
    grid = grid_of(long(days, [1.0] * 15), weekdays("2024-01-22", "2024-01-24", "2024-01-22"))
    assert grid.steps.tolist() == [1, 2]


def test_a_series_begins_where_it_begins() -> None:
    """A series launched later has no past before, not even on closed days, and a hole in its first week is filled."""
    days = weekdays("2024-01-01", "2024-01-19", "2024-01-02", "2024-01-11")
    later = days[days >= pd.Timestamp("2024-01-10")]
    values = pd.concat([long(days, [1.0] * len(days)), long(later, [5.0] * len(later), "late")])
    whole, late = grid_of(values, weekdays("2024-01-22", "2024-01-22")).series()
    assert whole.tolist() == [1.0] * 15
    assert late.tolist() == [5.0] * 8


def test_months_are_their_own_grid() -> None:
    """Months have a season of twelve once there are two years of them, and none before."""
    months = pd.date_range("2020-01-01", periods=30, freq="MS")
    ahead = pd.date_range("2022-07-01", periods=2, freq="MS")
    assert grid_of(long(months, [1.0] * 30), ahead, "monthly").rhythm.season == 12
    short = grid_of(long(months[10:], [1.0] * 20), ahead, "monthly")
    assert (short.rhythm.season, short.past.shape) == (1, (1, 20))


def test_what_cannot_be_laid_out_is_named() -> None:
    """Gaps, rows that stand twice, unknown weekdays, overlaps and unknown granularities are expected errors."""
    days = weekdays("2024-01-01", "2024-01-19")
    ahead = weekdays("2024-01-22", "2024-01-23")
    whole = long(days, list(np.ones(15)))
    other = long(days.delete(7), list(np.ones(14)), "holey")
    with pytest.raises(AnalysisError, match="holey has no value on 2024-01-10"):
        grid_of(pd.concat([whole, other]), ahead)
    with pytest.raises(AnalysisError, match="same series and day"):
        grid_of(pd.concat([whole, whole]), ahead)
    with pytest.raises(AnalysisError, match="Saturday 2024-01-20"):
        grid_of(whole, pd.DatetimeIndex(["2024-01-20"]))
    with pytest.raises(AnalysisError, match="overlap"):
        grid_of(whole, days[-1:])
    with pytest.raises(AnalysisError, match="not 'hourly'"):
        grid_of(whole, ahead, "hourly")
