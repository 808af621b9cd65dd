"""The forward check."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.policies.forward import CHOSEN, NEXT, REST, forward_check
from tests.insiders.small_shop import prepared

END = "2024-06-28"
"""With 90 days of check the choice is made on 2024-03-31."""


def spender(number: int, before: int, after: int) -> list[dict[str, object]]:
    """A customer with two purchase days before the choice, and one line after it."""
    lines = [
        {"time": "2023-11-02", "quantity": before},
        {"time": "2024-02-02", "quantity": before},
        {"time": END, "quantity": after},
    ]
    return [{"customer_id": str(number), "unit_price": 1.0, **line} for line in lines]


BOOKS = [row for number in range(1, 11) for row in spender(number, before=number * 10, after=number)]


def test_groups_are_cut_by_what_was_known() -> None:
    """The best fifth before the cut-off is chosen, the same number is next best, all others are the rest."""
    found = forward_check(prepared(*BOOKS), share=0.2, days=90)
    groups = found.customers.groupby("group")["customer_id"].agg(set).to_dict()
    assert groups == {CHOSEN: {"9", "10"}, NEXT: {"7", "8"}, REST: {"1", "2", "3", "4", "5", "6"}}
    assert found.cutoff == pd.Timestamp("2024-03-31")
    assert found.later_mean[CHOSEN].estimate == 9.5
    assert found.against_all.delta.estimate == 1.0


def test_the_future_chooses_nobody() -> None:
    """Who spends most after the cut-off only is no better placed for it, and returns take off what they are worth."""
    late = {"customer_id": "1", "time": END, "quantity": 10_000, "unit_price": 1.0}
    back = {"customer_id": "10", "time": END, "quantity": -4, "unit_price": 1.0}
    netted = {"customer_id": "9", "time": END, "quantity": 500, "unit_price": 1.0, "kind": "netted"}
    found = forward_check(prepared(*BOOKS, late, back, netted), share=0.2, days=90)
    later = found.customers.set_index("customer_id")
    assert later["group"]["1"] == REST
    assert later["later"][["1", "9", "10"]].tolist() == [10_001, 9, 6]


def test_who_stayed_away_counts_as_nothing() -> None:
    """A customer known before who never came back takes part with 0; one who came once before does not take part."""
    gone = [row | {"customer_id": "99"} for row in spender(99, 80, 1)[:2]]
    once = {"customer_id": "50", "time": "2024-01-01", "quantity": 9_000, "unit_price": 1.0}
    found = forward_check(prepared(*BOOKS, *gone, once), share=0.2, days=90)
    later = found.customers.set_index("customer_id")["later"]
    assert later["99"] == 0.0
    assert "50" not in later.index


@pytest.mark.parametrize(("rows", "days"), [(BOOKS, 200), (BOOKS[:15], 90)])
def test_too_little_history(rows: list[dict[str, object]], days: int) -> None:
    """Fewer days before than after the cut-off, or fewer than ten known customers, are refused."""
    with pytest.raises(AnalysisError, match="at least as many days"):
        forward_check(prepared(*rows), share=0.2, days=days)
