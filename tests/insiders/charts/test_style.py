"""Units on the axes, and colours that differ."""

from __future__ import annotations

import pytest

from insiders.charts import style


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "£0"), (950.4, "£950"), (999.6, "£1k"), (1234, "£1.23k"), (999_999, "£1M"), (-3, "−£3"), (2.5e9, "£2.5B")],
)
def test_money_is_short_and_signed(value: float, text: str) -> None:
    """Amounts carry the sign of the currency and the letter of their size."""
    assert style.money("£")(value) == text


def test_a_currency_code_stands_apart() -> None:
    """A code of letters is followed by a blank."""
    assert style.in_money(1500, "EUR") == "EUR 1.5k"


def test_counts_and_shares_have_their_ticks() -> None:
    """Counts are shortened, shares shown in percent."""
    assert style.thousands()(12_300) == "12.3k"
    assert style.percent()(0.256) == "26 %"
    assert style.percent(1)(0.256) == "25.6 %"


@pytest.mark.parametrize("n", [1, 8, 15])
def test_colours_differ(n: int) -> None:
    """As many different colours as asked for, also beyond the palette."""
    assert len(set(style.colours(n))) == n
