from __future__ import annotations

import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.series import insiders_at
from tests.insiders.small_shop import prepared
from tests.insiders.weekly_shop import sales


def test_insiders_are_chosen_by_what_was_known() -> None:
    """A customer who buys most only after the cut-off is not among the leaders at it."""
    rows = prepared(
        {"customer_id": "early", "time": "2024-01-01 10:00", "quantity": 10},
        {"customer_id": "early", "time": "2024-01-02 10:00", "quantity": 10},
        {"customer_id": "late", "time": "2024-01-01 10:00", "quantity": 1},
        {"customer_id": "late", "time": "2024-01-02 10:00", "quantity": 1},
        {"customer_id": "late", "time": "2024-02-01 10:00", "quantity": 1000},
    )
    assert insiders_at(rows, pd.Timestamp("2024-02-01"), 0.5) == {"early"}
    assert insiders_at(rows, pd.Timestamp("2024-02-02"), 0.5) == {"late"}


def test_insiders_need_two_purchase_days_and_purchases_that_stayed() -> None:
    """One large order, or one taken back in full, makes nobody an Insider."""
    rows = prepared(
        {"customer_id": "once", "quantity": 500},
        {"customer_id": "undone", "quantity": 900, "kind": "netted"},
        *({"customer_id": name, "time": f"2024-03-0{day} 10:00"} for name in ("undone", "steady") for day in (4, 5)),
        {"customer_id": "steady", "time": "2024-03-06 10:00"},
    )
    assert insiders_at(rows, pd.Timestamp("2024-04-01"), 0.5) == {"steady"}


def test_a_share_that_is_nobody_is_an_error() -> None:
    """A share that rounds to no customer is named with the customers it was taken of."""
    with pytest.raises(AnalysisError, match="of the 3 customers known before 2024-02-01"):
        insiders_at(sales("2024-01-01", "2024-02-10"), pd.Timestamp("2024-02-01"), 0.01)
