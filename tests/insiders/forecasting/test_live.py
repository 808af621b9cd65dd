"""Forecasts made at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from insiders import boosting, forecasting
from insiders.errors import AnalysisError
from insiders.forecasting import champions, history, live
from tests.insiders.forecast_shop import HORIZON, panel_file

TREES = boosting.Settings(trees=4, rows=60, least_rows=5)


@cache
def folder(models: str = "weekday_means") -> Path:
    """A champion of the panel's stores with its history, and nothing else compared."""
    place = Path(mkdtemp())
    panel = forecasting.follow("unused", "store", panel=panel_file())
    origins = forecasting.rolling_origins(panel, HORIZON, 3)
    made = forecasting.contest(panel, origins, HORIZON, models=models.split(","))
    assert made.champion is not None
    champions.keep(place, made.champion, panel)
    history.keep(place, panel)
    return place


@cache
def ahead() -> forecasting.Outlook:
    """What the pipeline publishes of the same champion."""
    panel = forecasting.follow("unused", "store", panel=panel_file())
    made = forecasting.contest(panel, [], HORIZON, retrain=False, fitted_in=str(folder()))
    return forecasting.look_ahead(made, panel, HORIZON)


def test_a_series_of_the_level_is_forecast_as_the_pipeline_does() -> None:
    """Expected values and bounds of its days are those that were published."""
    said = live.forecast(folder(), {"store": ["North"]}, HORIZON).rows.dropna(subset="yhat")
    published = ahead().rows.query("series == 'North'")
    assert said["ds"].tolist() == published["ds"].tolist()
    for column in ("yhat", "lower_80", "upper_80"):
        assert said[column].to_numpy() == pytest.approx(published[column].to_numpy())


def test_choices_add_up() -> None:
    """Weekday means of two stores are the sum of each; the history of a cross is that of its cells."""
    one, two, both = (
        live.forecast(folder(), {"store": list(names)}) for names in (["North"], ["South"], ["North", "South"])
    )
    assert both.total["yhat"] == pytest.approx(one.total["yhat"] + two.total["yhat"])
    cross = live.forecast(folder(), {"store": ["North"], "category": ["A"]})
    panel = pd.read_parquet(panel_file()).query("store == 'North' and category == 'A'")
    assert cross.rows["y"].sum() == panel["units"].sum()
    assert (cross.unit, cross.model) == ("pieces", "weekday_means")


def test_what_nobody_held_out_has_bounds_in_proportion_to_how_hard_it_is() -> None:
    """A part of a store has narrower bounds than the store in pieces, and wider ones for its size."""
    store = live.forecast(folder(), {"store": ["North"]}).rows.dropna(subset="yhat")
    part = live.forecast(folder(), {"store": ["North"], "product": ["A1"]}).rows.dropna(subset="yhat")
    width = [(rows["upper_80"] - rows["yhat"]).mean() for rows in (store, part)]
    assert width[1] < width[0]
    assert width[1] / part["yhat"].mean() > width[0] / store["yhat"].mean()


@pytest.mark.parametrize("granularity", ["week", "month"])
def test_periods_are_sums_of_days(granularity: str) -> None:
    """Weeks and months come to what their days should, with what was sold already of the one under way."""
    made = live.forecast(folder(), {"store": ["North"]}, 60, granularity)
    to_come = made.rows.dropna(subset="yhat")
    assert to_come["yhat"].sum() - np.nansum(to_come["y"]) == pytest.approx(made.total["yhat"])
    whole = pd.read_parquet(panel_file()).query("store == 'North'")["units"].sum()
    past = made.rows["y"].sum()
    assert past == pytest.approx(whole) if granularity == "week" else past <= whole
    assert (to_come["lower_95"] <= to_come["lower_80"]).all()


def test_a_month_under_way_has_what_was_sold_of_it() -> None:
    """Its row says both, and its bounds begin above what is sold already."""
    row = live.forecast(folder(), {"store": ["North"]}, 40, "month").rows.dropna(subset="yhat").iloc[0]
    assert row["ds"] == pd.Timestamp("2024-05-01")
    assert 0 < row["y"] < row["lower_95"]


def test_a_learner_is_asked_of_the_series_that_it_knows() -> None:
    """Trees that were taught the stores forecast any part of a store, without being trained again."""
    place = with_trees()
    made = live.forecast(place, {"store": ["North", "South"], "category": ["A"]}, HORIZON)
    assert (made.model, made.note) == ("lightgbm", "")
    parts = [live.forecast(place, {"store": [name], "category": ["A"]}, HORIZON) for name in ("North", "South")]
    assert made.total["yhat"] == pytest.approx(sum(part.total["yhat"] for part in parts))


def test_beyond_what_a_learner_was_taught_another_stands_in_and_it_is_said() -> None:
    """The note names the stand-in and the reason; its bounds come from errors that it made itself."""
    made = live.forecast(with_trees(), {"store": ["North"]}, 60)
    assert made.model == "mean(weekday_means+theta)"
    assert "lightgbm was taught 14 open days ahead, and 60 are asked for" in made.note
    assert made.total["days"] == 60
    assert "Bounds beyond open day 14" in made.note


@cache
def with_trees() -> Path:
    """The champion's folder, with a few trees in its place."""
    place, panel = Path(mkdtemp()), forecasting.follow("unused", "store", panel=panel_file())
    before = champions.load(folder(), "store", "day")
    held = before.held.assign(model=before.held["model"].replace({"weekday_means": "lightgbm"}))
    made = champions.Champion(
        "store", "day", HORIZON, {"store": "lightgbm"}, {"lightgbm": ("lightgbm",)}, {"lightgbm": TREES}, {},
        before.scores, held, before.last_day, {},
    )  # fmt: skip
    _, learnt = champions.ahead(made, panel, HORIZON, train=True)
    champions.keep(place, champions.Champion(**{**vars(made), "trained": learnt}), panel)
    history.keep(place, panel)
    return place


def test_the_verdict_is_told_by_held_out_periods() -> None:
    """The error of a period's sum, as a share of it, and its word; of what nobody held out it is scaled."""
    made = live.forecast(folder(), {"store": ["North"]})
    part = live.forecast(folder(), {"store": ["North"], "product": ["A1"]})
    assert made.total_error is not None
    assert part.total_error is not None
    assert 0 < made.total_error < part.total_error < 0.25
    assert made.verdict in ("high", "medium")


@pytest.mark.parametrize(("horizon", "granularity"), [(0, "day"), (91, "day"), (28, "hour")])
def test_what_cannot_be_is_said(horizon: int, granularity: str) -> None:
    """How far and by what live forecasts go."""
    with pytest.raises(AnalysisError, match="live forecasts go 1 to 90 days ahead, by day, week, month"):
        live.forecast(folder(), {}, horizon, granularity)


def test_what_can_be_chosen_by() -> None:
    """The values of each attribute."""
    assert live.series_of(folder())["store"] == ["North", "South"]
