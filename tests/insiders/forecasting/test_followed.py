"""What a forecast follows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders import forecasting, handoff
from insiders.errors import AnalysisError, SourceError
from tests.insiders.forecast_shop import followed, panel_file, run_folder
from tests.insiders.weekly_shop import day_revenue


def test_the_insiders_of_the_past_are_chosen_from_what_was_known() -> None:
    """Today's Insiders are those of the labels; before a day they are as many, by revenue until then."""
    mine = followed("insiders")
    now, then = mine.at().values, mine.at(pd.Timestamp("2024-03-01")).values
    assert mine.unit == "£"
    assert now["y"].equals(then["y"])
    assert now["y"].mean() > day_revenue("middle", 0)


def test_levels_have_their_unit_and_their_series() -> None:
    """Products are pieces by product, the total is revenue of one series, segments are those of the labels."""
    products = followed("product").at()
    assert followed("product").unit == "pieces"
    assert products.static["series"].tolist() == ["A", "B"]
    assert followed("total").at().static["unique_id"].tolist() == ["total"]
    assert followed("segment").at().static["series"].tolist() == ["gold", "rest"]
    assert followed("total").at().values["y"].sum() == pytest.approx(followed("segment").at().values["y"].sum())


def test_a_level_the_source_lacks_is_said() -> None:
    """A shop without stores has no store level, a panel no Insiders; both have a reason, and raise nothing."""
    assert "no store" in str(followed("store").reason)
    assert "no customers" in str(forecasting.follow("unused", "insiders", panel=panel_file()).reason)


def test_only_the_leading_series_are_followed() -> None:
    """With one series asked for it is that of the highest revenue; made coherent, the rest is a series of its own."""
    one = forecasting.follow(run_folder(), "product", series_most=1)
    assert one.at().static["series"].tolist() == ["A"]
    whole = forecasting.follow(run_folder(), "product", series_most=1, coherent=True).at()
    assert set(whole.static["series"]) == {"total", "cups", "plates", "A", "(the rest) of plates"}
    days = whole.values.merge(whole.static, on="unique_id").groupby("level")["y"].sum()
    assert days["total"] == days["product"] == days["category"]


def test_weeks_and_months_are_whole() -> None:
    """By week and by month the series add up the whole ones, and the horizon is counted in them."""
    weekly = forecasting.follow(run_folder(), "total", granularity="week")
    values = weekly.at().values
    assert values["ds"].dt.dayofweek.eq(0).all()
    assert weekly.days_ahead(values, 28).tolist() == list(pd.date_range("2024-07-01", periods=4, freq="7D"))
    monthly = forecasting.follow(run_folder(), "total", granularity="month")
    assert len(monthly.at().values) == 6
    assert monthly.steps(92) == 3


def test_a_panel_is_followed_by_store() -> None:
    """A panel counts pieces, and its hierarchy goes from the total down to a product in a store."""
    mine = forecasting.follow("unused", "store", panel=panel_file(), coherent=True)
    assert mine.unit == "pieces"
    assert mine.levels == ["total", "category", "store", "product", "store/product"]
    assert forecasting.follow("unused", "store", panel=panel_file()).at().static["series"].tolist() == [
        "North",
        "South",
    ]


def test_a_panel_tells_the_source_where_nothing_else_does(tmp_path: Path) -> None:
    """The table `source` is written from the panel, and left as it is where there is one."""
    forecasting.write_source(tmp_path, panel_file())
    assert handoff.read(tmp_path, "source")["name"].tolist() == ["panel.parquet"]
    forecasting.write_source(run_folder(), panel_file())
    assert handoff.read(run_folder(), "source")["name"].tolist() == ["weekly"]


def test_what_cannot_be_is_refused() -> None:
    """Unknown levels and granularities are named, and so is a panel that is not there."""
    with pytest.raises(AnalysisError, match="'galaxy' by 'day'"):
        forecasting.follow(run_folder(), "galaxy")
    with pytest.raises(SourceError, match="no panel"):
        forecasting.follow(run_folder(), "store", panel="nowhere.parquet")
