"""The buyer's table."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from insiders import forecasting
from insiders.forecasting.orders import orders
from tests.insiders.forecast_shop import HORIZON, followed, looked_ahead


def test_a_buyer_reads_one_line_per_product() -> None:
    """Pieces sold and expected, bounds of the sum and the description."""
    made = looked_ahead("product")
    table = orders(made)
    assert sorted(table["description"]) == ["MUG", "PLATE"]
    days = made.history["ds"]
    lately = made.history[days > days.max() - (made.rows["ds"].max() - days.max())]
    assert table["sold"].sum() == lately["y"].sum()
    assert table["sold"].iloc[0] == pytest.approx(table["expected"].iloc[0], rel=0.3)
    assert (table["upper_95"] >= table["upper_80"]).all()
    assert table["flags"].tolist() == ["", ""]


def test_odd_series_are_flagged() -> None:
    """A product that was launched lately and then fell silent says both."""
    made = looked_ahead("product")
    days = made.history["ds"].unique()
    gone = (made.history["unique_id"] == "product=A") & made.history["ds"].isin(days[-20:])
    young = (made.history["unique_id"] == "product=A") & made.history["ds"].isin(days[:-50])
    history = made.history.assign(y=made.history["y"].where(~gone, 0.0))[~young]
    table = orders(replace(made, history=history)).set_index("series")
    assert table.loc["A", "flags"] == "new, given up or long out of stock"
    assert table.loc["B", "flags"] == ""


def test_by_the_month_as_many_are_counted_as_are_forecast() -> None:
    """Months differ in length: of two ahead, two are counted back; and what is young is new by the calendar."""
    made = looked_ahead("product")
    months = pd.date_range("2023-06-01", periods=14, freq="MS")
    history = pd.DataFrame({"unique_id": "product=A", "ds": months[:12], "y": 100.0 + pd.RangeIndex(12)})
    rows = made.rows.head(2).assign(unique_id="product=A", ds=months[12:])
    table = orders(replace(made, followed=replace(made.followed, granularity="month"), history=history, rows=rows,
                           totals=made.totals[made.totals["unique_id"] == "product=A"]))  # fmt: skip
    assert table["sold"].tolist() == [110.0 + 111.0]
    assert table["flags"].tolist() == [""]


def test_nothing_can_be_ordered_of_nothing() -> None:
    """A level that cannot be followed gives an empty table with its headings."""
    nothing = forecasting.look_ahead(forecasting.contest(followed("store"), [], HORIZON), followed("store"), HORIZON)
    assert orders(nothing).empty
    assert "upper_95" in orders(nothing)
