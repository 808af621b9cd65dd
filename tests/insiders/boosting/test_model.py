from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from insiders import boosting
from insiders.boosting import Settings
from insiders.errors import AnalysisError
from tests.insiders.weekly_series import SIZES, THURSDAY, long_table, static

QUICK = Settings(trees=40, learning_rate=0.1, leaves=8, least_rows=20, windows=(6, 24), lags=(1, 6), rows=100)
HORIZON = 12


@pytest.fixture(scope="module")
def trained() -> boosting.Trained:
    return boosting.fit(long_table()[0], HORIZON, QUICK, static=static())


@pytest.fixture(scope="module")
def said(trained: boosting.Trained) -> pd.DataFrame:
    history, future = long_table(ahead=HORIZON)
    return boosting.forecast(trained, history, future[["unique_id", "ds"]], static=static())


def test_every_series_is_forecast_at_its_size(said: pd.DataFrame) -> None:
    """One model forecasts all products, each near its own mean, and the busy weekday busy."""
    quiet = said[said["ds"].dt.dayofweek != THURSDAY].groupby("unique_id")["yhat"].mean()
    assert (quiet / pd.Series(SIZES)).between(0.6, 1.5).all()
    big = said[said["unique_id"] == "A"]
    busy = big["ds"].dt.dayofweek == THURSDAY
    assert big.loc[busy, "yhat"].mean() / big.loc[~busy, "yhat"].mean() == pytest.approx(2.0, rel=0.25)


def test_what_comes_after_the_cutoff_is_not_known(trained: boosting.Trained, said: pd.DataFrame) -> None:
    """Neither the sales of the days to forecast nor the order of the rows change the forecast."""
    history, future = long_table(ahead=HORIZON)
    shuffled = history.sample(frac=1, random_state=0)
    again = boosting.forecast(trained, shuffled, future.assign(y=1e6), static=static())
    assert np.array_equal(again["yhat"], said["yhat"])


def test_columns_known_ahead_are_learnt_and_asked_for() -> None:
    """A price that halves sales is a feature; without it in the future there is one line that names it."""
    history, future = long_table(ahead=HORIZON)
    for table in (history, future):
        table["price"] = np.where(table["ds"].dt.day % 2 == 0, 2.0, 1.0)
        table["y"] = table["y"] / table["price"]
    trained = boosting.fit(history, HORIZON, QUICK)
    said = boosting.forecast(trained, history, future.drop(columns="y"))
    dear = said.loc[said["unique_id"] == "A"].groupby("price")["yhat"].mean()
    assert dear[1.0] / dear[2.0] > 1.4
    assert "price" in set(boosting.importance(trained)["feature"])
    with pytest.raises(AnalysisError, match="taught with price"):
        boosting.forecast(trained, history, future[["unique_id", "ds"]])


def test_a_new_series_is_forecast_too(trained: boosting.Trained) -> None:
    """A product of a category that was never seen, with three days of sales, gets a forecast near them."""
    history, future = long_table(ahead=HORIZON)
    new = history[history["unique_id"] == "B"].tail(3).assign(unique_id="N")
    ahead = future[future["unique_id"] == "B"].assign(unique_id="N")
    about = pd.DataFrame({"unique_id": ["N"], "category": ["unseen"]})
    said = boosting.forecast(trained, new, ahead[["unique_id", "ds"]], static=about)
    assert said["yhat"].between(3, 40).all()


@pytest.mark.parametrize("objective", [name for name in boosting.OBJECTIVES if name != "tweedie"])
def test_every_objective_forecasts(objective: str) -> None:
    """Each objective gives finite numbers from zero up, near the size of the largest product."""
    history, future = long_table(ahead=HORIZON)
    settings = Settings(**{**QUICK.__dict__, "objective": objective})
    said = boosting.forecast(boosting.fit(history, HORIZON, settings), history, future)
    assert np.isfinite(said["yhat"]).all()
    assert (said["yhat"] >= 0).all()
    assert said.loc[said["unique_id"] == "A", "yhat"].mean() == pytest.approx(47, rel=0.3)


def test_the_same_seed_gives_the_same_trees(trained: boosting.Trained) -> None:
    """Two trainings on the same table leave equal text."""
    again = boosting.fit(long_table()[0], HORIZON, QUICK, static=static())
    assert again.booster == trained.booster


def test_what_trees_cannot_do_is_refused(trained: boosting.Trained) -> None:
    """An unknown objective, nothing sold, a longer horizon and missing series end in one line."""
    history, future = long_table(ahead=HORIZON + 1)
    with pytest.raises(AnalysisError, match="no objective 'mape'; there are tweedie"):
        boosting.fit(history, HORIZON, Settings(objective="mape"))
    with pytest.raises(AnalysisError, match="needs some above zero"):
        boosting.fit(history.assign(y=0.0), HORIZON, QUICK)
    with pytest.raises(AnalysisError, match="taught 12 days ahead, 13 are asked for"):
        boosting.forecast(trained, history, future, static=static())
    with pytest.raises(AnalysisError, match="each series needs a history"):
        boosting.forecast(trained, history[history["unique_id"] != "A"], future, static=static())
    with pytest.raises(AnalysisError, match="taught with category"):
        boosting.forecast(trained, history, future[future["ds"] < future["ds"].max()])


def lift_of_a(weights: dict[str, float] | None, objective: str) -> float:
    """By how much a deal lifts A's forecast: it doubles A's sales, and halves those of B in the same trees."""
    history, future = (table[table["unique_id"].isin(["A", "B"])].copy() for table in long_table(ahead=HORIZON))
    for table in (history, future):
        table["deal"] = np.random.default_rng(len(table)).integers(0, 2, len(table)).astype("float64")
        table["y"] *= np.where(table["deal"] > 0, np.where(table["unique_id"] == "A", 2.0, 0.5), 1.0)
    settings = replace(QUICK, objective=objective, trees=10, leaves=2)
    told = None if weights is None else pd.Series(weights)
    said = boosting.forecast(boosting.fit(history, HORIZON, settings, weights=told), history, future)
    by = said[said["unique_id"] == "A"].groupby("deal")["yhat"].mean()
    return float(by[1.0] / by[0.0])


def test_errors_count_by_the_weight_of_their_series() -> None:
    """Trees follow the series that weigh most; series that all weigh nothing teach nothing, which is said."""
    assert lift_of_a({"A": 1.0, "B": 1e-6}, "tweedie") > 1.2
    assert lift_of_a({"A": 1e-6, "B": 1.0}, "tweedie") < 0.9
    with pytest.raises(AnalysisError, match="has a weight above zero"):
        lift_of_a({"C": 1.0}, "tweedie")


def test_squares_of_pieces_follow_the_large_series() -> None:
    """Without weights, where two series contradict each other, squared errors take the side of the larger one."""
    assert lift_of_a(None, "squared") > lift_of_a(None, "tweedie") + 0.1
