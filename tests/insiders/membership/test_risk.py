"""Signs that a member may lose the place."""

from __future__ import annotations

import pandas as pd

from insiders.membership import risk
from insiders.membership.hysteresis import Hysteresis

REVIEWS = pd.date_range("2024-01-01", periods=5, freq="30D")
RATIOS = {
    "safe": [2.0, 2.0, 2.0, 2.0, 2.0],
    "grace": [2.0, 2.0, 2.0, 2.0, 0.7],
    "below": [2.0, 1.0, 1.0, 1.0, 0.9],
    "falling": [4.0, 4.0, 3.0, 2.0, 1.5],
    "left": [2.0, 2.0, 0.7, 0.7, 0.7],
}


def test_signs_follow_the_standing() -> None:
    """Below the exit is grace, between exit and entry is below the line, a fall by a quarter is falling."""
    table = pd.DataFrame(
        [
            {"review": review, "customer_id": name, "ratio": ratio}
            for name, row in RATIOS.items()
            for review, ratio in zip(REVIEWS, row, strict=True)
        ]
    )
    today = risk.standing_of(table, Hysteresis(1.0, 0.8, 2))
    assert today["member"].to_dict() == {"safe": True, "grace": True, "below": True, "falling": True, "left": False}
    people = pd.DataFrame(
        {"customer_id": ["safe", "grace", "below", "falling"], "recency_days": 5, "avg_gap_days": 9.0}
    )
    found = risk.signs(people, today, Hysteresis(1.0, 0.8, 2))
    shown = {
        name: [sign for sign in risk.SIGNS if row[sign]]
        for name, row in zip(people["customer_id"], found.to_dict("records"), strict=True)
    }
    assert shown == {"safe": [], "grace": ["in_grace", "falling"], "below": ["below_line"], "falling": ["falling"]}


def test_overdue_by_the_own_rhythm() -> None:
    """Silence of more than twice the usual gap, and of a month at least, is overdue; without a gap nobody is."""
    customers = pd.DataFrame({"recency_days": [41, 40, 400, 29], "avg_gap_days": [20.0, 20.0, None, 1.0]})
    assert risk.overdue(customers).tolist() == [True, False, False, False]
