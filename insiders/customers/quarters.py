"""Customers as they stood on a day, and what they brought in the quarter after it: the examples of every forecast.

Nothing that happened on the day or later touches what is known at it (`snapshots.before`), and who takes part is
decided by the purchase days until then.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from insiders.customers.history import History
from insiders.customers.snapshots import WINDOWS
from insiders.errors import AnalysisError

QUARTER = 90
"""Calendar days of the later period."""

LEAST_HISTORY = 90
"""Calendar days of transactions that must lie before a cut."""

RECENT = tuple(f"{what}_{days}" for days in WINDOWS for what in ("revenue", "invoices"))

KNOWN = (
    *("gross_revenue", "avg_ticket", "avg_unit_price", "n_items", "avg_basket_items", "n_products"),
    *("avg_basket_products", "n_invoices", "frequency", "avg_gap_days", "gap_regularity", "tenure_days"),
    *("recency_days", "overdue", "n_returns", "return_share", *RECENT),
)
"""The features of a customer at a cut, of those of `snapshots.customers_at`."""


def cuts(history: History, *, days: int = QUARTER, spacing: int = 30) -> list[pd.Timestamp]:
    """Every day at which customers can be judged, oldest first, ``spacing`` days apart.

    Before each lie 90 days of history, after each ``days`` complete days. An `AnalysisError` where there is none.
    """
    last = history.end - pd.Timedelta(days=days)
    first = history.first.normalize() + pd.Timedelta(days=LEAST_HISTORY)
    if last < first:
        raise AnalysisError(
            f"a forecast of {days} days needs {LEAST_HISTORY} days of transactions before and {days} after a cut"
        )
    steps = (last - first).days // spacing
    return [last - pd.Timedelta(days=spacing * step) for step in range(steps, -1, -1)]


def end_of(transactions: pd.DataFrame) -> pd.Timestamp:
    """Midnight after the last day there is: the cut at which everything is known."""
    return transactions["time"].max().normalize() + pd.Timedelta(days=1)


def examples(history: History, at: Sequence[pd.Timestamp], *, days: int = QUARTER, top: float = 0.1) -> pd.DataFrame:
    """One row per cut and customer known then: cut, customer_id, later, high, and the features `KNOWN` as numbers.

    ``later`` is the net revenue of the following ``days``; ``high`` says who is among the ``top`` share of the
    customers by it (never with no revenue).
    """
    parts = []
    for cut in at:
        known = history.customers_at(cut)
        table = known[["customer_id", *KNOWN]].astype(dict.fromkeys(KNOWN, "float64"))
        later = history.later_revenue(table["customer_id"], cut, days)
        high = (later.rank(method="first", ascending=False) <= np.ceil(top * len(later))) & (later > 0)
        parts.append(table.assign(cut=cut, later=later, high=high)[["cut", "customer_id", "later", "high", *KNOWN]])
    return pd.concat(parts, ignore_index=True)


def normal_scores(table: pd.DataFrame, names: Sequence[str] = KNOWN) -> pd.DataFrame:
    """The features as normal scores of their ranks (van der Waerden 1952) among the customers of the same cut.

    A history grows with every cut, and with it revenue, invoices and tenure; ranks mean the same at every one. What is
    missing stands in the middle. Without a column ``cut`` all customers are ranked together.
    """
    by = table["cut"] if "cut" in table else pd.Series(0, index=table.index)
    ranks = table[[*names]].groupby(by).rank()
    counts = table[[*names]].groupby(by).transform("count")
    return pd.DataFrame(norm.ppf(ranks / (counts + 1)), index=table.index, columns=[*names]).fillna(0.0)
