"""Which members may lose their place, and by which sign: where they stand, how long they are silent, where they go."""

from __future__ import annotations

import pandas as pd

from insiders.membership.hysteresis import Hysteresis, step

OVERDUE = 2.0
"""A customer is overdue after this many of the usual gaps without a purchase."""

SILENT = 30
"""Days without a purchase below which nobody is overdue, however often they came."""

FALLING = 0.75
"""A member falls whose standing is at most this share of what it was three reviews before."""

BACK = 3
"""Reviews over which a fall is measured."""

SIGNS = ("in_grace", "below_line", "overdue", "falling")
"""Signs of risk, the most pressing first."""


def overdue(customers: pd.DataFrame) -> pd.Series:
    """Whether more than `OVERDUE` of the customer's mean gaps, and 30 days at least, have passed without a purchase."""
    return (customers["recency_days"] > OVERDUE * customers["avg_gap_days"]) & (customers["recency_days"] >= SILENT)


def standing_of(heights: pd.DataFrame, rule: Hysteresis) -> pd.DataFrame:
    """Where every customer stands today, index customer_id.

    Columns ``ratio``, ``before`` (three reviews ago, missing where the customer was not known), ``row`` (reviews in a
    row below the exit), ``member``.
    """
    ratios = heights.pivot(index="review", columns="customer_id", values="ratio").sort_index()
    member = pd.Series(False, index=ratios.columns)
    row = pd.Series(0, index=ratios.columns)
    for _, ratio in ratios.iterrows():
        member, row = step(member, row, ratio, rule)
    before = ratios.iloc[-1 - BACK] if len(ratios) > BACK else pd.Series(float("nan"), index=ratios.columns)
    today = pd.DataFrame({"ratio": ratios.iloc[-1], "before": before, "row": row, "member": member})
    return today[today["ratio"].notna()]


def signs(customers: pd.DataFrame, today: pd.DataFrame, rule: Hysteresis) -> pd.DataFrame:
    """The signs of risk of the customers given, in their order, from `standing_of`: columns `SIGNS`, true or false.

    In grace: below the exit for one review or more. Below the line: below the entry, and not in grace. Overdue: silent
    for more than twice the usual gap. Falling: at most three quarters of the standing of three reviews ago.
    """
    stands = today.reindex(customers["customer_id"]).reset_index(drop=True)
    grace = stands["row"].fillna(0) > 0
    below = (stands["ratio"] < rule.entry) & ~grace
    falling = stands["ratio"] <= FALLING * stands["before"]
    late = overdue(customers).reset_index(drop=True)
    found = pd.DataFrame({"in_grace": grace, "below_line": below, "overdue": late, "falling": falling})
    return found.fillna(False).astype(bool).set_index(customers.index)[list(SIGNS)]
