"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from insiders import wording


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [(1234.6, "£", "£1,235"), (-5.0, "£", "£-5"), (950, "EUR", "EUR 950"), (math.nan, "£", "unknown")],
)
def test_money(value: float, currency: str, text: str) -> None:
    """Amounts have thousands separators; a code stands apart; a missing amount is unknown."""
    assert wording.money(value, currency) == text


def test_shares_counts_and_decimals() -> None:
    """Shares are in percent, counts whole, and what is missing is called unknown everywhere."""
    assert [wording.percent(0.1234), wording.percent(0.5, 0), wording.percent(math.nan)] == [
        "12.3 %",
        "50 %",
        "unknown",
    ]
    assert [wording.whole(1234.0), wording.whole(math.inf)] == ["1,234", "unknown"]
    assert [wording.decimal(1.005, 1), wording.decimal(math.nan)] == ["1.0", "unknown"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "p < 0.001"), (0.0009, "p < 0.001"), (0.001, "p = 0.001"), (0.25, "p = 0.250")]
)
def test_p_is_never_zero(value: float, text: str) -> None:
    """However small, a p value is not written as 0."""
    assert wording.p_value(value) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listing(words: list[str], text: str) -> None:
    """Words stand in a row as in a sentence."""
    assert wording.listing(words) == text


def test_counted() -> None:
    """The noun follows the number, and nothing is called no."""
    assert [wording.counted(n, "row") for n in (0, 1, 2_000)] == ["no row", "1 row", "2,000 rows"]
    assert wording.counted(2, "country", "countries") == "2 countries"
