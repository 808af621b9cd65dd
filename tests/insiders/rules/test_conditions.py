"""Conditions in business units."""

from __future__ import annotations

import pandas as pd

from insiders.rules.conditions import UNITS, Condition, figure


def test_figures_come_without_their_unit() -> None:
    """Money keeps its sign or code; every unit is taken off whole."""
    assert figure("gross_revenue", 2500, "EUR") == "EUR 2,500"
    assert figure("recency_days", 63, "£") == "63"
    assert all(figure(name, 7, "£") in ("7", "£7") for name in UNITS)


def test_two_bounds_in_a_currency_code() -> None:
    """Both bounds carry the code, and none is lost."""
    text = Condition("gross_revenue", at_least=100, below=2000).text("EUR")
    assert text == "from EUR 100 to less than EUR 2,000 gross revenue"


def test_bounds_hold_from_below_and_not_above() -> None:
    """The lower bound belongs to the condition, the upper does not."""
    people = pd.DataFrame({"n_invoices": [1, 2, 4, 5]})
    assert Condition("n_invoices", 2, 5).holds(people).tolist() == [False, True, True, False]
