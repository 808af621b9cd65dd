"""Models by name."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders import boosting
from insiders.errors import AnalysisError
from insiders.forecasting.models import BASELINE, Past, ask, combine, features, forecast
from tests.insiders.weekly_series import long_table, static

SMALL = boosting.Settings(trees=5, rows=60, least_rows=5)


def past() -> Past:
    """Four products, two weeks to forecast."""
    history, future = long_table(60, ahead=12)
    known = static().assign(level="product", series=static()["unique_id"])
    return Past(history, known, pd.DatetimeIndex(future["ds"].unique()), "day", 12)


def test_the_baseline_is_always_among_them() -> None:
    """Whatever is asked for, seasonal naive is compared, too; a combination brings its members."""
    asked = ask(["median(ets+theta)"], "total", "day")
    assert asked.singles == (BASELINE, "ets", "theta")
    assert asked.combined == {"median(ets+theta)": ("ets", "theta")}
    assert asked.members("median(ets+theta)") == ("ets", "theta")
    assert asked.members("ets") == ("ets",)


def test_a_bare_combination_takes_all_but_the_baseline() -> None:
    """`mean` is of all single models asked for, seasonal naive aside."""
    assert ask(["theta", "mean", "weekday_means"], "total", "day").combined == {"mean": ("theta", "weekday_means")}


def test_learners_are_left_out_of_weeks() -> None:
    """By week no learner is trained, and combinations do without it."""
    asked = ask(["lightgbm", "theta", "mean(theta+lightgbm)"], "product", "week")
    assert asked.singles == (BASELINE, "theta")
    assert asked.combined == {"mean(theta+lightgbm)": ("theta",)}


def test_unknown_models_are_named() -> None:
    """A model that there is not is refused, be it asked for or a member."""
    with pytest.raises(AnalysisError, match="unknown models: oracle"):
        ask(["oracle"], "total", "day")
    with pytest.raises(AnalysisError, match="unknown models: oracle"):
        ask(["mean(oracle+ets)"], "total", "day")


def test_a_trained_learner_is_asked_and_not_trained_again() -> None:
    """What a learner learnt forecasts the same without its settings, whatever they would have been."""
    given = past()
    rows, learnt = forecast("lightgbm", given, SMALL)
    again, same = forecast("lightgbm", given, boosting.Settings(trees=50), learnt)
    assert len(rows) == 4 * len(given.days)
    assert same == learnt
    pd.testing.assert_frame_equal(rows, again)


def test_combinations_lie_between_their_members() -> None:
    """The mean of two models is half their sum; one whose member is missing is left out."""
    given, asked = (
        past(),
        ask(["weekday_means", "mean(seasonal_naive+weekday_means)", "median(theta)"], "product", "day"),
    )
    parts = [
        forecast(name, given)[0].assign(cutoff=given.history["ds"].max(), model=name)
        for name in (BASELINE, "weekday_means")
    ]
    rows = combine(pd.concat(parts), asked)
    wide = rows.pivot(index=["unique_id", "ds"], columns="model", values="yhat")
    expected = (wide[BASELINE] + wide["weekday_means"]) / 2
    pd.testing.assert_series_equal(wide["mean(seasonal_naive+weekday_means)"], expected, check_names=False)
    assert "median(theta)" not in wide


def test_features_tell_series_apart() -> None:
    """Only attributes that all series have and that differ are learnt from."""
    table = (
        static()
        .assign(level="product", series="x", store="one", state=["N", "N", "S", "S"])
        .assign(state=lambda rows: rows["state"].where(rows.index > 0))
    )
    found = features(table)
    assert found is not None
    assert list(found) == ["unique_id", "category"]
    assert features(table.drop(columns="category")) is None
