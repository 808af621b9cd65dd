"""What grows and what falls."""

from __future__ import annotations

from insiders.store_answers import Panel, what_grows


def test_the_most_and_the_least_are_named_with_bounds(panel: Panel) -> None:
    """Of each level; amounts where a share would say little; what is new has nothing to be compared with."""
    answer = what_grows(panel)
    assert "of the stores, North grows most (+" in answer.sentence
    assert "O'Neill falls most (−" in answer.sentence
    assert "Further: of the products, =A1 grows most (" in answer.text
    assert " pieces after " in answer.text
    assert "B2" not in str(answer.figures)
    assert answer.figures["store_clear"] == 1


def test_a_change_within_the_errors_is_not_clear(panel: Panel) -> None:
    """North grows by half, and its bounds are near; those of O'Neill, which falls by three tenths, are far."""
    table = what_grows(panel).table
    assert table is not None
    assert dict(zip(table["series"], table["sign"], strict=True))["North"] == "clear"
    assert dict(zip(table["series"], table["sign"], strict=True))["O'Neill"] == "not sure"


def test_less_than_a_year_says_nothing(bare: Panel) -> None:
    """No number, and the reason."""
    answer = what_grows(bare)
    assert "sold a whole year ago" in answer.sentence
    assert answer.figures == {}
