"""What is to come at a level."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders import forecasting, handoff
from insiders.forecasting.orders import orders
from tests.insiders.forecast_shop import HORIZON, compared, followed, looked_ahead


def test_its_tables_keep_their_contracts() -> None:
    """Forecasts, totals and scores are hand-off tables of one level, and of one model."""
    made = looked_ahead("product")
    rows = handoff.check("forecasts", made.forecasts())
    assert set(rows["level"]) == {"product"}
    assert rows["series"].unique().tolist() == ["A", "B"]
    assert (rows["lower"] <= rows["mean"]).all()
    assert (rows["mean"] <= rows["upper"]).all()
    assert handoff.check("totals", made.totals_table())["mean"].iloc[0] == pytest.approx(rows["mean"].sum())
    table = handoff.check("model_scores", made.scores(compared("product")))
    assert "coverage" in set(table["metric"])


def test_every_series_has_its_own_sum() -> None:
    """What its days add up to, within its own bounds, which are narrower than those of its days added up."""
    made = looked_ahead("product")
    each = handoff.check("series_totals", made.series_totals(orders(made))).set_index("series")
    days = made.forecasts().groupby("series")[["mean", "lower", "upper"]].sum()
    assert each["mean"].to_dict() == pytest.approx(days["mean"].to_dict())
    assert (each["upper"] - each["lower"] < days["upper"] - days["lower"]).all()
    assert (each["upper"] < each["upper_95"]).all()
    assert each["description"].to_dict() == {"A": "MUG", "B": "PLATE"}


def test_a_level_of_one_series_says_the_same_of_it_twice() -> None:
    """Its sum and bounds are those of the level; the whole shop has no description."""
    made = looked_ahead("total")
    each, whole = handoff.check("series_totals", made.series_totals(orders(made))), made.totals_table()
    pd.testing.assert_frame_equal(each[list(whole.columns)], whole, check_dtype=False)
    assert each["description"].isna().all()


def test_what_was_sold_stands_beside_every_forecast() -> None:
    """Each series of the forecast has its sales, in the unit that the level's total names."""
    made = looked_ahead("product")
    sold = handoff.check("sales", made.sales())
    assert set(sold["series"]) == set(made.forecasts()["series"])
    assert set(sold["unit"]) == set(made.totals_table()["unit"]) == {"pieces"}
    assert sold["value"].sum() == made.history["y"].sum()
    assert handoff.check("sales", looked_ahead("total").sales())["unit"].unique().tolist() == ["£"]


def test_single_series_are_scored_too() -> None:
    """Champion and baseline, of all held-out periods together; a level of one series has its own scores already."""
    made = compared("product")
    table = looked_ahead("product").scores(made)
    own = table[table["level"] == "product=A"]
    assert set(own["model"]) == {made.model, "seasonal_naive"}
    assert set(own["metric"]) == {"wape", "total_error", "bias"}
    rows = made.chosen.query("series == 'A'").groupby("cutoff")[["y", "yhat"]].sum()
    off = (rows["yhat"] - rows["y"]).abs().sum() / rows["y"].sum()
    assert own.query("model == @made.model and metric == 'total_error'")["value"].item() == pytest.approx(off)
    assert set(looked_ahead("total").scores(compared("total"))["level"]) == {"total"}


def test_the_rhythm_goes_on() -> None:
    """No Saturday is forecast, and Thursdays are twice as busy as the other days."""
    rows = looked_ahead("insiders").rows
    by = rows.groupby(rows["ds"].dt.dayofweek)["yhat"].mean()
    assert 5 not in by
    assert by[3] == pytest.approx(2 * by.drop(3).mean(), rel=0.2)


def test_sums_of_series_have_bounds() -> None:
    """Every series has its sum between its bounds, the wider for 95 %, the largest series first."""
    totals = looked_ahead("product").totals
    assert totals["yhat"].is_monotonic_decreasing
    assert (totals["lower_95"] <= totals["lower_80"]).all()
    assert (totals["lower_80"] < totals["yhat"]).all()
    assert (totals["upper_80"] <= totals["upper_95"]).all()


def test_the_record_has_its_figures() -> None:
    """Name, value and unit of what gates may ask for; figures of a level bear its name."""
    told = {name: (value, unit) for name, value, unit in looked_ahead("insiders").figures(compared("insiders"))}
    assert told["insiders_forecast"][1] == "£"
    assert told["insiders_model"][0] == compared("insiders").model
    assert 0 < float(told["insiders_wape_last_period"][0]) < 1


def test_levels_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Each level writes files of its own, and the reader has all of them together."""
    for level in ("total", "product", "store"):
        made = forecasting.contest(followed(level), [], HORIZON) if level == "store" else compared(level)
        ahead = forecasting.look_ahead(made, followed(level), HORIZON)
        forecasting.write_tables(str(tmp_path), ahead, orders(ahead), ahead.scores(made))
    assert set(handoff.read(tmp_path, "forecasts")["level"]) == {"total", "product"}
    assert handoff.read(tmp_path, "series_totals")["series"].tolist() == ["A", "B", "total"]
    assert len(list((tmp_path / "tables").glob("totals.*.parquet"))) == 3


def test_a_level_that_cannot_be_followed_is_empty() -> None:
    """There are no rows, no figures and no files, and the reason is told."""
    made = forecasting.contest(followed("store"), [], HORIZON)
    ahead = forecasting.look_ahead(made, followed("store"), HORIZON)
    assert handoff.check("forecasts", ahead.forecasts()).empty
    assert handoff.check("series_totals", ahead.series_totals(orders(ahead))).empty
    assert ahead.figures(made) == []
    assert forecasting.artifacts(Path("unused"), ahead, made) == []
    assert "no store" in made.said
