from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from insiders import lstm, registry
from insiders.errors import AnalysisError, ModelError
from insiders.network import LOSSES, Settings
from insiders.series import daily_series, panel, sale_calendar
from tests.insiders.weekly_shop import day_revenue, sales

QUICK = Settings(context=24, hidden=8, epochs=3, batch=64)
HORIZON = 12


def history(last: str = "2024-04-30", noise: float = 0.3) -> pd.DataFrame:
    rows = sales("2024-01-01", last, noise=noise)
    return panel(daily_series(rows, sale_calendar(rows).open_days, insiders={"big"}, products=["A", "B"]))


def ahead(days: int = HORIZON) -> pd.DatetimeIndex:
    every = pd.date_range("2024-05-01", periods=2 * days, name="date")
    return every[every.dayofweek != 5][:days]


@pytest.fixture(scope="module")
def trained() -> lstm.Trained:
    return lstm.fit(history(), HORIZON, QUICK)


def test_a_trained_network_forecasts_every_series(trained: lstm.Trained) -> None:
    """One row per day, one column per series, each at the size of its own past."""
    past = history()
    means = lstm.forecast(trained, past, ahead())
    assert list(means.index) == list(ahead())
    assert means.columns.equals(past.columns)
    assert (means.to_numpy() > 0).all()
    assert (means.mean() / past.mean()).between(0.6, 1.4).all()


def test_the_busy_weekday_is_forecast_busy(trained: lstm.Trained) -> None:
    """On a shop that sells twice as much on Thursdays the forecast does, too."""
    means = lstm.forecast(trained, history(noise=0.0), ahead())["insiders", "insiders"]
    expected = np.array([day_revenue("big", day.dayofweek) for day in ahead()])
    assert np.abs(means.to_numpy() / expected - 1).max() < 0.25


def test_a_loaded_model_forecasts_equal(trained: lstm.Trained, tmp_path: Path) -> None:
    """What is saved and read again gives the same numbers, and keeps its settings and learning curve."""
    assert [path.name for path in lstm.save(trained, tmp_path)] == ["lstm.npz", "lstm.json", "models.json"]
    again = lstm.load(tmp_path)
    assert again.settings == trained.settings
    pd.testing.assert_frame_equal(again.curve, trained.curve)
    pd.testing.assert_frame_equal(
        lstm.forecast(again, history(), ahead()), lstm.forecast(trained, history(), ahead()), check_exact=True
    )


def test_changed_weights_are_refused(trained: lstm.Trained, tmp_path: Path) -> None:
    """Weights that are not the ones described are not loaded, nor those of another run than the one asked for."""
    lstm.save(trained, tmp_path)
    other = replace(trained, weights={name: values + 1 for name, values in trained.weights.items()})
    lstm.save(other, tmp_path, "other")
    with pytest.raises(ModelError, match="is not the file of the run"):
        lstm.load(tmp_path, "other", {"other.npz": registry.entries(tmp_path)["lstm.npz"].sha256})
    (tmp_path / "other.npz").replace(tmp_path / "lstm.npz")
    with pytest.raises(ModelError, match="is not the file"):
        lstm.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settings": {"hidden": 10**9}}, "its width is"),
        ({"settings": {"hidden": "8"}}, "hidden is not of its kind"),
        ({"settings": {"unknown": 1}}, "unexpected keyword"),
        ({"settings": None}, "does not describe"),
        ({"factors": [1.0]}, "levels and 1 factors"),
        ({"factors": None}, "does not describe"),
        ({"format": 1}, "format 3"),
    ],
)
def test_a_description_of_no_network_is_refused(
    trained: lstm.Trained, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """What is said of the weights has to fit them, before anything is made of that size."""
    lstm.save(trained, tmp_path)
    facts = registry.load(tmp_path, "lstm.json")
    settings = change.get("settings", {})
    facts |= {**change, "settings": None if settings is None else {**facts["settings"], **settings}}
    registry.save(tmp_path, "lstm.json", facts)
    with pytest.raises(ModelError, match=said):
        lstm.load(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="equality to the bit is promised on a CPU only")
def test_the_same_seed_gives_the_same_files(trained: lstm.Trained, tmp_path: Path) -> None:
    """Training twice with one seed leaves equal files, byte for byte; with another seed the weights differ."""
    again = lstm.fit(history(), HORIZON, QUICK)
    other = lstm.fit(history(), HORIZON, replace(QUICK, seed=7))
    one, two = (lstm.save(network, tmp_path / name) for name, network in (("one", trained), ("two", again)))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert any(not np.array_equal(other.weights[name], values) for name, values in trained.weights.items())


def test_training_leaves_torch_as_it_was() -> None:
    """Neither the random numbers nor the threads of whoever calls are changed."""
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    threads = torch.get_num_threads()
    lstm.fit(history(), HORIZON, replace(QUICK, epochs=1))
    assert torch.equal(torch.rand(2), expected)
    assert torch.get_num_threads() == threads


def test_training_stops_when_later_days_no_longer_gain() -> None:
    """With a patience of one pass and a hopeless step size, training ends long before the most passes."""
    curve = lstm.fit(history(), HORIZON, replace(QUICK, epochs=50, patience=1, learning_rate=5.0)).curve
    assert 1 < len(curve) < 50
    assert curve["validation"].iloc[-1] >= curve["validation"].min()


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_by_name_trains(loss: str) -> None:
    """Each loss of the dictionary gives a finite learning curve."""
    curve = lstm.fit(history(), HORIZON, replace(QUICK, epochs=1, loss=loss)).curve
    assert np.isfinite(curve.to_numpy()).all()


def test_an_unknown_loss_is_an_error() -> None:
    """The error names the losses there are."""
    with pytest.raises(AnalysisError, match="no loss 'psfa'; the losses are huber, mae, mse"):
        lstm.fit(history(), HORIZON, replace(QUICK, loss="psfa"))


def test_a_short_history_is_an_error_that_says_how_many_days_are_needed() -> None:
    """One open day less than needed is refused with the number, just enough is trained."""
    needed = lstm.open_days_needed(HORIZON, QUICK)
    with pytest.raises(AnalysisError, match=f"needs {needed} open days .* the history has {needed - 1}"):
        lstm.fit(history().iloc[1 - needed :], HORIZON, QUICK)
    assert lstm.fit(history().iloc[-needed:], HORIZON, QUICK).epochs >= 1


def test_a_series_without_recent_sales_is_forecast_as_zero(trained: lstm.Trained) -> None:
    """A product that has not sold for weeks has no scale, and no sales ahead."""
    past = history()
    past["product", "B"] = 0.0
    means = lstm.forecast(trained, past, ahead())
    assert (means["product", "B"] == 0).all()
    assert (means["product", "A"] > 0).all()


def test_a_level_the_model_does_not_know_is_an_error(trained: lstm.Trained) -> None:
    """A model taught on Insiders, total and products refuses a store."""
    with pytest.raises(AnalysisError, match="not on store"):
        lstm.forecast(trained, history().rename(columns={"total": "store"}, level="level"), ahead())


def test_validation_days_are_not_learnt_from() -> None:
    """Days on which the number of passes is decided do not move the weights before: the training losses are equal."""
    past, changed = history(), history()
    changed.iloc[-HORIZON:] *= 50
    curves = [lstm.fit(panel, HORIZON, QUICK).curve for panel in (past, changed)]
    shared = min(len(curve) for curve in curves)
    assert curves[0]["training"].to_list()[:shared] == curves[1]["training"].to_list()[:shared]
    assert curves[0]["validation"].iloc[0] != curves[1]["validation"].iloc[0]


def test_forecasts_are_means_and_not_medians() -> None:
    """On a shop with days of ten times the usual, forecasts add up to what was sold, although the loss is Huber's."""
    past = history(noise=0.0)
    spiky = past * np.where(np.random.default_rng(1).random(past.shape) < 0.15, 10.0, 1.0)
    network = lstm.fit(spiky, HORIZON, QUICK)
    ends = range(QUICK.context, len(spiky) - HORIZON + 1)
    sold = [spiky[end : end + HORIZON] for end in ends]
    days = [pd.DatetimeIndex(rows.index) for rows in sold]
    said = [lstm.forecast(network, spiky[:end], ahead) for end, ahead in zip(ends, days, strict=True)]
    ratio = pd.concat(said).sum().groupby("level").sum() / pd.concat(sold).sum().groupby("level").sum()
    assert ratio.to_numpy() == pytest.approx(1.0, abs=0.01)
    assert max(network.factors) > 1.1
