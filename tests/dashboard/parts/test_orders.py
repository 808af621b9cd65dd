"""What to order: a line per series, searched, and taken away."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

import pandas as pd
import pytest
import sqlalchemy as sa

from dashboard import downloads
from dashboard.parts import orders
from dashboard.parts.sales import Level
from dashboard.queries import series
from dashboard.queries.series import Sought
from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts

PRODUCTS = {*shop.LEVELS["product"], *shop.DESCRIBED}


def test_what_to_order_is_listed(show: Show) -> None:
    """A line per series, the most expected first: sums, their unit, how much is enough, what to look at twice."""
    shown = show("product")
    table = next(one.value for one in shown.dataframe if "look twice" in one.value)
    assert set(table["product"]) == PRODUCTS
    assert table["expected"].is_monotonic_decreasing
    more = table["order up to (97.5 %)"] - table["order up to (90 %)"]
    assert set(more.round(6)) == {shop.OWN}
    assert table.set_index("product")["look twice"].to_dict() == {
        name: "new" if name == "CUP" else "" for name in PRODUCTS
    }
    assert "the most expected first; amounts in pieces." in texts(shown, "markdown")
    assert "What is in stock already is to be taken off." in texts(shown, "caption")


def test_a_long_list_is_searched(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what has a flag is found by it."""
    monkeypatch.setattr("dashboard.parts.orders.PAGE", 3)
    shown = show("product")
    shown.text_input(key="product orders searched").set_value("EVIL.example").run()
    assert "**2 series**" in texts(shown, "markdown")
    shown.text_input(key="product orders searched").set_value("")
    shown.checkbox(key="product flagged").check().run()
    assert "**1 series**" in texts(shown, "markdown")
    shown.text_input(key="product orders searched").set_value("100%").run()
    assert "No series fits" in texts(shown, "info")


def test_the_list_is_taken_away_without_formulas(shop_engine: sa.Engine) -> None:
    """Codes and descriptions that a spreadsheet would run stand behind an apostrophe; days have no midnight."""
    file = downloads.csv(shop_engine, series.whole_list(Sought(shop.LIVE, "product"))).decode("utf-8-sig")
    lines = {line["series"]: line for line in csv.DictReader(StringIO(file))}
    assert {"'=1+1", "'=2+2"} < set(lines)
    assert lines["'=2+2"]["description"].startswith("'=HYPERLINK")
    assert lines["MUG"]["description"] == ""
    assert lines["MUG"]["first_day"] == "2025-01-01"


def test_an_upper_bound_says_how_often_it_suffices() -> None:
    """Half of what the bounds leave out lies below them; no heading stands twice, money is no order."""
    first, last = pd.Timestamp("2025-01-06"), pd.Timestamp("2025-01-27")
    level = Level("store", "ets", "pieces", 0.95, first, last, 4, 1.0, 2.0)
    headings = [heading for heading, _ in orders._columns(level).values()]
    assert "order up to (97.5 %)" in headings
    assert len(headings) == len(set(headings))
    assert "Sums of 6 January 2025 to 2 February 2025" in orders._read(level)
    money = [heading for heading, _ in orders._columns(replace(level, unit="£", coverage=0.9)).values()]
    assert money[4:6] == ["upper bound (95 %)", "upper bound (97.5 %)"]
