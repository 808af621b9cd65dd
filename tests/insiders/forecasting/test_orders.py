"""The buyer's table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from insiders import forecasting
from insiders.forecasting.orders import orders
from tests.insiders.forecast_shop import HORIZON, followed, looked_ahead


def test_a_buyer_reads_one_line_per_product() -> None:
    """Pieces sold and expected, bounds of the sum and the description, in whole pieces."""
    table = orders(looked_ahead("product"))
    assert sorted(table["description"]) == ["MUG", "PLATE"]
    assert (table["expected"] == table["expected"].round()).all()
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


def test_nothing_can_be_ordered_of_nothing() -> None:
    """A level that cannot be followed gives an empty table with its headings."""
    nothing = forecasting.look_ahead(forecasting.contest(followed("store"), [], HORIZON), followed("store"), HORIZON)
    assert orders(nothing).empty
    assert "upper_95" in orders(nothing)
