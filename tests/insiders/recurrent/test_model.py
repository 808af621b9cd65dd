from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from insiders import recurrent
from insiders.errors import AnalysisError
from insiders.recurrent import Settings
from tests.insiders.weekly_series import SIZES, THURSDAY, long_table, static

QUICK = Settings(context=18, hidden=12, embedding=2, epochs=6, batch=32, learning_rate=0.02, patience=3)
HORIZON = 12


@pytest.fixture(scope="module")
def trained() -> recurrent.Trained:
    return recurrent.fit(long_table(ahead=HORIZON)[0], HORIZON, QUICK, static=static())


@pytest.fixture(scope="module")
def said(trained: recurrent.Trained) -> pd.DataFrame:
    history, future = long_table(ahead=HORIZON)
    return recurrent.forecast(trained, history, future[["unique_id", "ds"]], static=static())


def test_every_series_is_forecast_at_its_size(said: pd.DataFrame) -> None:
    """One network forecasts all products, each near its own mean, and the busy weekday busy."""
    quiet = said[said["ds"].dt.dayofweek != THURSDAY].groupby("unique_id")["yhat"].mean()
    assert (quiet / pd.Series(SIZES)).between(0.6, 1.6).all()
    big = said[said["unique_id"] == "A"]
    busy = big["ds"].dt.dayofweek == THURSDAY
    assert big.loc[busy, "yhat"].mean() / big.loc[~busy, "yhat"].mean() == pytest.approx(2.0, rel=0.35)


def test_what_comes_after_the_cutoff_is_not_known(trained: recurrent.Trained, said: pd.DataFrame) -> None:
    """Neither the sales of the days to forecast nor the order of the rows change the forecast."""
    history, future = long_table(ahead=HORIZON)
    again = recurrent.forecast(trained, history.sample(frac=1, random_state=0), future.assign(y=1e6), static=static())
    pd.testing.assert_series_equal(again["yhat"], said["yhat"])


def test_the_days_that_stop_the_training_are_not_learnt_from(trained: recurrent.Trained) -> None:
    """Sales of the last days change the validation loss of the first pass, and no training loss."""
    history, _ = long_table(ahead=HORIZON)
    late = history["ds"] > history["ds"].drop_duplicates().nlargest(HORIZON + 1).min()
    other = history.assign(y=history["y"].where(~late, history["y"] * 9))
    again = recurrent.fit(other, HORIZON, replace(QUICK, epochs=1), static=static())
    assert again.curve["training"][0] == trained.curve["training"][0]
    assert again.curve["validation"][0] != trained.curve["validation"][0]


def test_the_same_seed_gives_the_same_network() -> None:
    """Two trainings on the same table have equal weights, whatever random numbers were drawn between."""
    history, _ = long_table(60)
    settings = replace(QUICK, epochs=1, hidden=4)
    one = recurrent.fit(history, 6, settings)
    np.random.default_rng().normal()
    two = recurrent.fit(history, 6, settings)
    assert all(np.array_equal(one.weights[name], two.weights[name]) for name in one.weights)


@pytest.mark.parametrize("loss", [name for name in recurrent.LOSSES if name != "tweedie"])
def test_every_loss_forecasts(loss: str) -> None:
    """Each loss gives finite numbers from zero up; quantiles come with bounds around the forecast."""
    history, future = long_table(60, ahead=6)
    trained = recurrent.fit(history, 6, replace(QUICK, loss=loss, epochs=1, hidden=4))
    table = recurrent.forecast(trained, history, future)
    assert np.isfinite(table["yhat"]).all()
    assert (table["yhat"] >= 0).all()
    assert ("lower_95" in table) == (loss == "quantile")
    if loss == "quantile":
        ordered = table[["lower_95", "lower_80", "yhat", "upper_80", "upper_95"]].to_numpy()
        assert (np.diff(ordered, axis=1) >= 0).all()


def test_columns_known_ahead_are_learnt_and_asked_for() -> None:
    """A price is read by the network; without it in the future there is one line that names it."""
    history, future = long_table(60, ahead=6)
    history["price"] = np.where(history["ds"].dt.day % 2 == 0, 2.0, 1.0)
    trained = recurrent.fit(history, 6, replace(QUICK, epochs=1))
    cheap, dear = (recurrent.forecast(trained, history, future.assign(price=price)) for price in (1.0, 2.0))
    assert not np.allclose(cheap["yhat"], dear["yhat"])
    with pytest.raises(AnalysisError, match="taught with price"):
        recurrent.forecast(trained, history, future)


def test_a_new_series_is_forecast_too(trained: recurrent.Trained) -> None:
    """A product of a category that was never seen, with three days of sales, gets a forecast near them."""
    history, future = long_table(ahead=HORIZON)
    new = history[history["unique_id"] == "B"].tail(3).assign(unique_id="N")
    ahead = future[future["unique_id"] == "B"].assign(unique_id="N")
    about = pd.DataFrame({"unique_id": ["N"], "category": ["unseen"]})
    said = recurrent.forecast(trained, new, ahead[["unique_id", "ds"]], static=about)
    assert said["yhat"].between(3, 40).all()


def test_what_the_network_cannot_do_is_refused(trained: recurrent.Trained) -> None:
    """An unknown loss, a short history, a longer horizon and missing tables end in one line."""
    history, future = long_table(ahead=HORIZON + 1)
    with pytest.raises(AnalysisError, match="no loss 'mape'; the losses are mae"):
        recurrent.fit(history, HORIZON, Settings(loss="mape"))
    with pytest.raises(AnalysisError, match="more than 24 rows"):
        recurrent.fit(long_table(24)[0], HORIZON, QUICK)
    with pytest.raises(AnalysisError, match="taught 12 days ahead, 13 are asked for"):
        recurrent.forecast(trained, history, future, static=static())
    with pytest.raises(AnalysisError, match="each series needs a history"):
        recurrent.forecast(trained, history[history["unique_id"] != "A"], future, static=static())
    with pytest.raises(AnalysisError, match="taught with category"):
        recurrent.forecast(trained, history, future[future["ds"] < future["ds"].max()])
