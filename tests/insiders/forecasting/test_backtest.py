"""Forecasts at every origin, and their errors."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders import handoff
from insiders.forecasting.backtest import NOTHING, backtest, scores
from insiders.forecasting.models import ask
from insiders.forecasting.origins import Origin
from tests.insiders.forecast_shop import compared, followed, origins


def test_every_model_forecasts_every_held_out_day() -> None:
    """There is one row for each model, series and open day, with what came."""
    rows = compared("product").held.rows
    days = sum(len(origin.days) for origin in origins("product"))
    assert rows.groupby("model", observed=True).size().eq(2 * days).all()
    assert not rows.isna().any(axis=None)


def test_nothing_later_than_the_origin_is_known() -> None:
    """Sales after an origin change no forecast made there."""
    mine, made = followed("product"), origins("product")[:1]
    later = mine.sales["date"] > made[0].cutoff
    changed = mine.sales.assign(units=mine.sales["units"].where(~later, 1e6))
    told = vars(mine) | {"sales": changed}
    asked = ask(["weekday_means"], "product", "day")
    before, after = (backtest(one, made, asked).rows for one in (mine, type(mine)(**told)))
    pd.testing.assert_series_equal(before["yhat"], after["yhat"])
    assert after["y"].max() >= 1e6


def test_a_model_that_cannot_learn_is_left_out_and_said() -> None:
    """An LSTM with too few rows is in no row, and the reason stands beside it."""
    days = followed("total").calendar.open_days
    short = backtest(followed("total"), [Origin(days[19], days[20:32])], ask(["lstm"], "total", "day"))
    assert "lstm" in short.left_out
    assert set(short.rows["model"]) == {"seasonal_naive"}


def test_scores_are_a_hand_off_table() -> None:
    """Every model has its metrics by period and their mean, WAPE as worked out by hand."""
    made = compared("product")
    table = handoff.check("model_scores", made.scores)
    rows = made.held.rows.query("model == 'weekday_means'")
    first = rows[rows["cutoff"] == rows["cutoff"].min()]
    expected = (first["y"] - first["yhat"]).abs().sum() / first["y"].sum()
    told = table.query("model == 'weekday_means' and metric == 'wape'").set_index("fold")["value"]
    assert told[origins("product")[0].name] == pytest.approx(expected)
    assert told["mean"] == pytest.approx(told.drop("mean").mean())
    assert len(told) == 1 + len(origins("product"))


def test_nothing_gives_an_empty_table() -> None:
    """Without origins there are no rows, and the scores are empty in the right types."""
    held = backtest(followed("store"), [], ask(None, "store", "day"))
    assert held is NOTHING
    assert handoff.check("model_scores", scores(held, [])).empty
