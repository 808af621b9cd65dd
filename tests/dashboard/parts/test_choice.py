"""Series by name: chosen and searched by code or description."""

from __future__ import annotations

import pytest

from dashboard.parts import choice
from dashboard.queries import series
from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts

HEART, FORMULA = (choice.title(code, said) for code, said in shop.DESCRIBED.items())


def test_a_product_is_called_by_code_and_description(show: Show) -> None:
    """In the list, in the figure's numbers and beside its verdict; a description that is missing is not made up."""
    shown = show("product").multiselect(key="product chosen").set_value(["85123A"]).run()
    assert not shown.exception
    options = shown.multiselect(key="product chosen").options
    assert set(options) == {*shop.LEVELS["product"], HEART, FORMULA}
    assert "WHITE <script>" in HEART
    named = [one.value["product"].unique().tolist() for one in shown.dataframe if "product" in one.value]
    assert named.count([HEART]) == 2


def test_of_very_many_series_the_database_finds_those_named(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """By words of code or description, large or small; what was chosen before stays chosen."""
    monkeypatch.setattr(series, "MOST_LISTED", 2)
    shown = show("product")
    box = shown.multiselect(key="product chosen")
    assert len(box.options) == 2
    assert "Listed are the 2 with the most expected, of 6 that fit." in texts(shown, "caption")
    (before,) = box.value
    shown.text_input(key="product searched").set_value("heart white").run()
    box = shown.multiselect(key="product chosen")
    assert box.value == [before]
    assert HEART in box.options
    box.set_value([before, "85123A"]).run()
    shown.text_input(key="product searched").set_value("nothing like that_").run()
    assert shown.multiselect(key="product chosen").value == [before, "85123A"]
    assert r"No code and no name has all of: nothing like that\_" in texts(shown, "caption")
    assert not shown.exception
