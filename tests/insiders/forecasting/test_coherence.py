"""Levels that add up."""

from __future__ import annotations

import pytest

from insiders import forecasting
from insiders.errors import AnalysisError
from insiders.forecasting import coherence
from tests.insiders.forecast_shop import looked_ahead, origins, panel_file, run_folder


def test_ways_are_checked_by_name() -> None:
    """None asks for nothing, a way of reconciling for it; another name is refused with those there are."""
    assert not coherence.check("none")
    assert coherence.check("bottom_up")
    with pytest.raises(AnalysisError, match="none, bottom_up"):
        coherence.check("magic")


def test_a_panel_adds_up_ahead_and_in_the_past() -> None:
    """Stores' forecasts are the sums of their products', and the gain of every level is measured."""
    followed = forecasting.follow("unused", "store", panel=panel_file(), coherent=True)
    made = forecasting.contest(followed, forecasting.rolling_origins(followed, 14, 2), 14, models=["weekday_means"])
    base = forecasting.look_ahead(made, followed, 14)
    added = forecasting.look_ahead(made, followed, 14, reconcile="bottom_up")
    assert set(added.gain["level"]) == {"total", "category", "store", "product", "store/product"}
    assert added.rows["series"].unique().tolist() == base.rows["series"].unique().tolist()
    bottom = added.gain.set_index("level").loc["store/product"]
    assert bottom["as_they_are"] == pytest.approx(bottom["coherent"])


def test_the_rest_is_in_the_sum_and_in_no_error() -> None:
    """With one product followed, the rest adds up to the total, while errors and forecasts are of the one."""
    followed = forecasting.follow(run_folder(), "product", series_most=1, coherent=True)
    made = forecasting.contest(followed, origins("product")[-2:], 14, models=["weekday_means"])
    ahead = forecasting.look_ahead(made, followed, 14, reconcile="bottom_up")
    assert ahead.rows["series"].unique().tolist() == ["A"]
    counted = made.held.rows.query("level == 'product' and series == 'A' and model == 'seasonal_naive'")
    mae = made.scores.query("level == 'product' and model == 'seasonal_naive' and metric == 'mae' and fold != 'mean'")
    assert mae["value"].mean() == pytest.approx((counted["y"] - counted["yhat"]).abs().mean())


def test_one_level_needs_nothing() -> None:
    """A level without any beside it is as it was."""
    told = looked_ahead("total").gain
    assert told["as_they_are"].tolist() == told["coherent"].tolist()
