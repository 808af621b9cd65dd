"""Origins: what is held out, and what is known before it."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders import forecasting
from insiders.errors import AnalysisError
from tests.insiders.forecast_shop import followed, origins, run_folder


def test_periods_adjoin_and_end_with_the_data() -> None:
    """Each period begins where the one before it ended, the last ends on the last open day; closed days are in none."""
    found = origins("total")
    assert [origin.name for origin in found] == ["2024-05-06", "2024-05-20", "2024-06-03", "2024-06-17"]
    assert found[-1].days[-1] == pd.Timestamp("2024-06-30")
    assert all(len(origin.days) == 12 for origin in found)
    assert all(origin.cutoff == origin.first - pd.Timedelta(days=1) for origin in found)


def test_a_short_history_gives_fewer_and_too_short_a_one_none() -> None:
    """Only origins with eighty days before them are made, and fewer than two are refused."""
    assert len(forecasting.rolling_origins(followed("total"), 28, 24)) == 3
    with pytest.raises(AnalysisError, match="two held-out periods of 60 days"):
        forecasting.rolling_origins(followed("total"), 60, 4)


def test_weeks_are_held_out_whole() -> None:
    """By week a horizon of 14 days is two rows, and the cut-off is the week before them."""
    weekly = forecasting.follow(run_folder(), "total", granularity="week")
    last = forecasting.rolling_origins(weekly, 14, 2)[-1]
    assert last.days.tolist() == [pd.Timestamp("2024-06-17"), pd.Timestamp("2024-06-24")]
    assert last.cutoff == pd.Timestamp("2024-06-10")


def test_nothing_is_held_out_of_nothing() -> None:
    """A level that cannot be followed has no origins."""
    assert forecasting.rolling_origins(followed("store"), 14, 4) == []
