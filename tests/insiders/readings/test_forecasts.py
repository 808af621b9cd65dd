from __future__ import annotations

import pandas as pd
import pytest

from insiders.lstm import Trained
from insiders.network import Settings
from insiders.readings import forecasts as readings
from insiders.series import sale_calendar
from tests.insiders.forecast_run import COVERAGE, small_run
from tests.insiders.weekly_shop import sales


def choice(**changes: object) -> pd.DataFrame:
    row = {
        "level": "insiders",
        "model": "lstm",
        "wape_before": 0.2,
        "wape": 0.3,
        "baseline_wape": 0.4,
        "best": "lstm",
        "best_wape": 0.3,
        "beats_baseline": True,
    }
    return pd.DataFrame([{**row, **changes}])


def revenue(first: str, last: str) -> pd.Series:
    days = pd.date_range(first, last)
    return pd.Series([50.0 if day.month == 12 else 100.0 for day in days], index=days)


def test_the_calendar_is_read_aloud() -> None:
    """Closed weekdays are named, and a cut last day is called left out."""
    whole = readings.calendar_reading(sale_calendar(sales("2024-01-01", "2024-03-31")))
    assert "78 days from 2024-01-01 to 2024-03-31. It does not sell on Saturdays. The last day is whole" in whole
    rows = pd.concat([sales("2024-01-01", "2024-03-28"), sales("2024-03-29", "2024-03-29", until="11:00")])
    assert "**2024-03-29 is left out**" in readings.calendar_reading(sale_calendar(rows))


def test_fewer_periods_than_asked_for_are_said() -> None:
    """The sentence names the periods held out and, where the history was too short, how many were asked for."""
    folds = small_run().folds
    assert "2 periods of 28 calendar days are held out" in readings.folds_reading(folds, 2, 0.1, 28)
    assert "asked for" not in readings.folds_reading(folds, 2, 0.1, 28)
    assert "4 were asked for; the history allows 2." in readings.folds_reading(folds, 4, 0.1, 28)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "30.0 % on the last, untouched one, below seasonal_naive (40.0 %); no model did better there."),
        ({"wape": 0.5, "beats_baseline": False}, "50.0 % on the last, untouched one, **not below** seasonal_naive"),
        ({"best": "ets", "best_wape": 0.25}, "lowest there was ets (25.0 %), which the choice could not know"),
        ({"model": "seasonal_naive", "best": "seasonal_naive"}, "no model beat seasonal_naive on the earlier periods"),
    ],
)
def test_the_choice_is_told_with_its_negative_results(changes: dict[str, object], words: str) -> None:
    """Whether the chosen model holds up, and what would have been better, is in the sentence."""
    assert words in readings.choice_reading(choice(**changes))


@pytest.mark.parametrize(("own", "words"), [(0.2, "20.0 %, below ets"), (0.5, "50.0 %, which does **not** beat ets")])
def test_an_lstm_that_loses_is_said_to_lose(own: float, words: str) -> None:
    """The LSTM is held against the best baseline of each level."""
    table = pd.DataFrame(
        {"level": "total", "model": ["lstm", "ets"], "fold": "mean", "metric": "wape", "value": [own, 0.3]}
    )
    assert words in readings.lstm_reading(table)
    assert "not among the models" in readings.lstm_reading(table[table["model"] == "ets"])


def test_bias_has_a_direction() -> None:
    """Too little is told from too much."""
    table = pd.DataFrame({"level": "insiders", "model": "lstm", "fold": "mean", "metric": "bias", "value": [-0.12]})
    assert "insiders 12.0 % too little (lstm)" in readings.bias_reading(table, choice())
    assert "insiders 12.0 % too much (lstm)" in readings.bias_reading(table.assign(value=0.12), choice())


def test_measured_coverage_stands_beside_the_nominal_one() -> None:
    """The sentence has the share of every level."""
    run = small_run()
    text = readings.coverage_reading(run.measured, run.choice, COVERAGE)
    assert text.startswith("Bounds of nominally 80 %")
    assert all(level in text for level in ("insiders", "total", "product"))


def test_the_total_says_what_its_bounds_rest_on() -> None:
    """Amount, bounds, days and the number of held-out periods are in one sentence."""
    run = small_run()
    text = readings.total_reading(run.total, run.days, "£")
    assert f"**£{run.total.mean:,.0f}**, between £{run.total.lower:,.0f} and £{run.total.upper:,.0f}" in text
    assert "From 2024-07-01 to 2024-07-28 (24 open days)" in text
    assert "2 held-out periods only" in text


def test_a_season_is_told_where_a_year_before_is_known() -> None:
    """December sold half of what the weeks before did; a history that is too short says that no season is known."""
    days = pd.date_range("2024-12-01", "2024-12-20")
    assert "sold 50 % per open day" in readings.season_reading(revenue("2023-01-01", "2024-11-30"), days, "£")
    assert "**No season is known**" in readings.season_reading(revenue("2023-11-01", "2024-11-30"), days, "£")


def test_the_training_is_told_by_its_curve() -> None:
    """Where the loss was lowest, of how many passes, and how long it took."""
    curve = pd.DataFrame({"epoch": [1, 2, 3], "training": [3.0, 2.0, 1.0], "validation": [0.9, 0.5, 0.7]})
    text = readings.training_reading(Trained(Settings(), ("total",), (1.0,), {}, curve, 2, 4.2))
    assert "lowest after 2 passes of 3 (0.500; 0.900 after the first)" in text
    assert "4.2 s" in text
