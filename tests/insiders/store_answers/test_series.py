"""What each store, category or product will sell."""

from __future__ import annotations

from insiders.store_answers import Panel, by_series


def test_the_largest_are_named(panel: Panel) -> None:
    """The most expected first, each with its own error and verdict; what was never scored has none."""
    answer = by_series(panel, "store")
    assert "most is expected of North (8" in answer.sentence
    assert answer.table is not None
    assert answer.table["series"].tolist() == ["North", "O'Neill"]
    assert answer.table["verdict"].tolist() == ["high trust", "low trust"]
    products = by_series(panel, "product").table
    assert products is not None
    assert dict(zip(products["series"], products["verdict"], strict=True))["B2"] == "no verdict"


def test_a_level_that_the_panel_lacks_is_said(bare: Panel) -> None:
    """No number stands in for it."""
    assert by_series(bare, "category").sentence == "This panel names no categories, so nothing can be said of each."
    assert by_series(bare, "store").figures == {}
