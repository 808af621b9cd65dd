from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from insiders import dense, recurrent
from insiders.dense import Settings
from insiders.errors import AnalysisError
from tests.insiders.weekly_series import SIZES, THURSDAY, long_table, static

HORIZON = 12
QUICK = Settings(context=18, hidden=24, embedding=2, epochs=6, batch=32, learning_rate=0.005)


@pytest.fixture(scope="module")
def said() -> pd.DataFrame:
    history, future = long_table(ahead=HORIZON)
    trained = dense.fit(history, HORIZON, QUICK, static=static())
    return dense.forecast(trained, history, future[["unique_id", "ds"]], static=static())


def test_every_series_is_forecast_at_its_size(said: pd.DataFrame) -> None:
    """One network forecasts all products, each near its own mean, and the busy weekday busy."""
    quiet = said[said["ds"].dt.dayofweek != THURSDAY].groupby("unique_id")["yhat"].mean()
    assert (quiet / pd.Series(SIZES)).between(0.6, 1.6).all()
    big = said[said["unique_id"] == "A"]
    busy = big["ds"].dt.dayofweek == THURSDAY
    assert big.loc[busy, "yhat"].mean() / big.loc[~busy, "yhat"].mean() == pytest.approx(2.0, rel=0.35)


def test_it_has_seven_layers_unless_told() -> None:
    """Seven layers carry weights; more can be asked for, one or a thousand cannot."""
    counts = [
        sum(isinstance(part, nn.Linear) for part in Settings(layers=layers).network((3, 2), []).modules())
        for layers in (7, 9)
    ]
    assert counts == [7, 9]
    assert Settings().layers == 7
    with pytest.raises(ValueError, match="2 to 50 layers, not 1000"):
        Settings(layers=1000).network((3, 2), [])


def test_a_day_is_forecast_from_what_is_known_of_it() -> None:
    """What is told of one day ahead changes no other day, and what was sold changes all of them."""
    torch.manual_seed(1)  # some drawn weights leave every unit idle
    network = Settings(context=4, hidden=8, dropout=0.0).network((3, 2), [])
    nn.init.ones_(network.get_parameter("head.weight"))
    past, future = torch.rand(1, 4, 3), torch.rand(1, 5, 2)
    none = torch.zeros(1, 0, dtype=torch.int64)
    before = network(past, future, none)
    other = future.clone()
    other[0, 3] += 1
    assert (network(past, other, none) != before).flatten().tolist() == [False, False, False, True, False]
    assert (network(past + 1, future, none) != before).all()


def test_the_same_seed_gives_the_same_network() -> None:
    """Two trainings on the same table have equal weights, and not those of the recurrent network."""
    history, _ = long_table(60)
    settings = replace(QUICK, epochs=1)
    one, two = (dense.fit(history, 6, settings) for _ in range(2))
    assert all(np.array_equal(one.weights[name], two.weights[name]) for name in one.weights)
    assert not set(one.weights) & set(recurrent.fit(history, 6, recurrent.Settings(epochs=1, hidden=4)).weights) - {
        "head.weight",
        "head.bias",
    }


@pytest.mark.parametrize("rows", [24, 10])
def test_too_short_a_history_is_refused(rows: int) -> None:
    """A history that leaves nothing to learn, or has not even the rows of two horizons, ends in one line."""
    with pytest.raises(AnalysisError, match="more than 24 rows"):
        dense.fit(long_table(rows)[0], HORIZON, QUICK)
