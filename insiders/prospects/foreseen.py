"""The prospects of all customers known today, and how the models behind them were judged."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from insiders.customers.history import History
from insiders.prospects import chances, known, spending

SOON, QUARTER = 30, 90
"""Days of the two horizons: next month, and the quarter after which a silent customer counts as lost."""

COLUMNS = (
    "probability_active",
    "propensity_30_days",
    "expected_revenue_90_days",
    "expected_revenue_lower",
    "expected_revenue_upper",
)


@dataclass(frozen=True)
class Foreseen:
    """What is foreseen of every customer, and how sure that is."""

    customers: pd.DataFrame
    """customer_id and `COLUMNS`, of the customers with two purchase days."""
    active: chances.Judged
    soon: chances.Judged
    revenue: spending.Judged


def foresee(history: History, *, confidence: float = 0.95, seed: int = 42) -> Foreseen:
    """The prospects of the customers known today; an `AnalysisError` where no day can judge a model."""
    cuts = known.earlier(history)
    active, soon = (chances.judge(cuts, days, confidence=confidence, seed=seed) for days in (QUARTER, SOON))
    revenue = spending.judge(cuts, confidence=confidence, seed=seed)
    now = known.at(history, history.end)
    amounts = spending.today(revenue, now, cuts)
    within_soon, within_quarter = chances.in_order(chances.today(soon, now, cuts), chances.today(active, now, cuts))
    columns = [
        within_quarter,
        within_soon,
        amounts["expected"].to_numpy(),
        amounts["lower"].to_numpy(),
        amounts["upper"].to_numpy(),
    ]
    table = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
    table.insert(0, "customer_id", now.customers["customer_id"].to_numpy())
    return Foreseen(table, active, soon, revenue)
