from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from insiders.errors import AnalysisError
from insiders.statistical import MODELS, forecast, forecasting, rolling_forecasts
from insiders.statistical.models import Model, Rhythm

DAYS = pd.date_range("2024-01-01", periods=84)
AHEAD = pd.date_range("2024-03-25", periods=14)
WEEK = np.array([10.0, 11.0, 12.0, 13.0, 14.0, 30.0, 0.0])


def long(y: np.ndarray, name: str = "s") -> pd.DataFrame:
    return pd.DataFrame({"unique_id": name, "ds": DAYS[-len(y) :], "y": y})


def steady(count: int = 84) -> np.ndarray:
    return np.tile(WEEK, 12)[-count:]


@pytest.fixture(scope="module")
def made() -> pd.DataFrame:
    """Every model's forecasts of a steady week with a little noise, and of a product sold every fourth day."""
    noisy = steady() + np.random.default_rng(0).uniform(0, 0.1, 84)
    return forecast(pd.concat([long(noisy), long(np.tile([0.0, 0, 0, 8], 21), "rare")]), AHEAD, list(MODELS))


def test_every_model_answers_for_every_series_and_day(made: pd.DataFrame) -> None:
    """Whatever the model: a finite value not below zero for each series and day, from the last day known on."""
    assert len(made) == len(MODELS) * 2 * len(AHEAD)
    assert np.isfinite(made["yhat"]).all()
    assert (made["yhat"] >= 0).all()
    assert (made["cutoff"] == DAYS[-1]).all()
    assert (made["made_by"] == made["model"]).all()


@pytest.mark.parametrize("model", ["seasonal_naive", "weekday_means", "ets", "theta", "arima"])
def test_a_steady_week_is_forecast_as_it_was(made: pd.DataFrame, model: str) -> None:
    """What repeats itself every week is met within half a piece by each model that knows of weeks."""
    said = made[(made["model"] == model) & (made["unique_id"] == "s")]["yhat"].to_numpy()
    assert said == pytest.approx(np.tile(WEEK, 2), abs=0.5)


@pytest.mark.parametrize(
    ("model", "low", "high"), [("croston", 1.8, 2.2), ("croston_sba", 1.7, 2.1), ("tsb", 1.0, 3.0)]
)
def test_rare_demand_is_forecast_as_a_rate(made: pd.DataFrame, model: str, low: float, high: float) -> None:
    """Eight pieces every fourth day are two a day, every day alike."""
    said = made[(made["model"] == model) & (made["unique_id"] == "rare")]["yhat"]
    assert said.nunique() == 1
    assert low < said.iloc[0] < high


def test_a_short_series_is_forecast_by_its_mean_and_says_so() -> None:
    """Five days are too few for a season: the mean of what there is stands in, under its own name."""
    values = pd.concat([long(steady()), long(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), "new")])
    made = forecast(values, AHEAD, ["ets", "seasonal_naive"])
    new = made[made["unique_id"] == "new"]
    assert new["yhat"].to_list() == [3.0] * 28
    assert set(new["made_by"]) == {"moving_average"}


def test_a_model_stands_in_for_intermittent_series_only_where_asked() -> None:
    """With a stand-in the rare series is its work, the steady one stays with the model."""
    values = pd.concat([long(steady()), long(np.tile([0.0, 0, 0, 8], 21), "rare")])
    made = forecast(values, AHEAD, ["seasonal_naive"], intermittent="tsb")
    assert made.groupby("unique_id")["made_by"].first().to_dict() == {"rare": "tsb", "s": "seasonal_naive"}


def test_a_model_that_fails_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fit that fails or gives no number costs its series the model, not the run."""

    def failing(y: np.ndarray, rhythm: Rhythm, ahead: int) -> np.ndarray:
        if y[0] > 5:
            raise ValueError("no fit")
        return np.full(ahead, np.nan)

    broken = {**MODELS, "broken": Model(failing, "a test")}
    monkeypatch.setattr(forecasting, "MODELS", broken)
    made = forecast(pd.concat([long(np.full(84, 9.0)), long(np.full(84, 2.0), "t")]), AHEAD, ["broken"])
    assert made.groupby("unique_id")["yhat"].first().to_dict() == {"s": 9.0, "t": 2.0}
    assert set(made["made_by"]) == {"moving_average"}


def test_the_number_of_workers_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Series split among workers come back in their order with the same values."""
    rng = np.random.default_rng(1)
    values = pd.concat([long(rng.poisson(3 + place, 84).astype("float64"), f"s{place}") for place in range(5)])
    monkeypatch.setattr(forecasting, "CHUNK", 2)
    monkeypatch.setattr(forecasting, "WORTH_WORKERS", 2)
    alone = forecast(values, AHEAD, ["ets"], workers=1)
    with parallel_config(backend="threading"):
        shared = forecast(values, AHEAD, ["ets"], workers=2)
    pd.testing.assert_frame_equal(alone, shared)


def test_rolling_origins_know_only_what_was_before() -> None:
    """What comes after a cut-off changes what it is held against, never what was said."""
    cutoffs = [DAYS[55], DAYS[69]]
    rolled = rolling_forecasts(long(steady()), cutoffs, 14, ["weekday_means"])
    later = steady()
    later[56:] += 100.0
    changed = rolling_forecasts(long(later), cutoffs, 14, ["weekday_means"])
    first, other = rolled[rolled["cutoff"] == DAYS[55]], changed[changed["cutoff"] == DAYS[55]]
    assert first["yhat"].to_list() == other["yhat"].to_list()
    assert (other["y"] - first["y"]).to_list() == [100.0] * 14
    assert rolled.groupby("cutoff").size().to_list() == [14, 14]


def test_unknown_models_are_named() -> None:
    """A misspelt model is said with those there are."""
    with pytest.raises(AnalysisError, match="unknown models: etss; there are seasonal_naive"):
        forecast(long(steady()), AHEAD, ["etss"])
