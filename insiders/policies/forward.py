"""The fair test of a group of best customers: chosen by what was known then, judged by what they bought afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from insiders.customers.snapshots import PURCHASE_DAYS
from insiders.errors import AnalysisError
from insiders.significance import Comparison, Interval, compare, mean_bootstrap_interval

CHOSEN, NEXT, REST = "chosen", "next best", "all others"


@dataclass(frozen=True)
class ForwardCheck:
    """A group chosen before a day, and everybody's revenue after it."""

    cutoff: pd.Timestamp
    """Midnight at which the choice was made: only what happened before was known."""
    end: pd.Timestamp
    """The last day of the later period."""
    days: int
    """Calendar days of the later period."""
    customers: pd.DataFrame
    """``customer_id``, ``before`` (gross revenue before the cut-off), ``later`` (net revenue after it), ``group``."""
    later_mean: dict[str, Interval]
    """Mean later revenue per customer of every group, with its bootstrap interval."""
    against_next: Comparison
    """Later revenue of the chosen against the same number of next best customers."""
    against_all: Comparison
    """Later revenue of the chosen against all other known customers."""


def forward_check(
    transactions: pd.DataFrame, *, share: float, days: int = 90, confidence: float = 0.95, seed: int = 42
) -> ForwardCheck:
    """Choose the ``share`` of customers with most gross revenue ``days`` before the end, and compare what follows.

    Only customers with two purchase days before the cut-off take part, whether they came back or not. Later revenue is
    net of returns and 0 for those who stayed away. The groups are cut by revenue *before*, the test is on revenue
    *after*: unlike a test on the same months it can fail. An `AnalysisError` says where the history is too short.
    """
    end = transactions["time"].max().normalize()
    cutoff = end + pd.Timedelta(days=1 - days)
    known = _known_at(transactions, cutoff)
    if (cutoff - transactions["time"].min()).days < days or len(known) < 10:
        raise AnalysisError(
            f"a check on the last {days} days needs at least as many days, and ten known customers, before them"
        )
    after = transactions[(transactions["time"] >= cutoff) & transactions["kind"].isin(["purchase", "return"])]
    later = after.groupby("customer_id")["revenue"].sum().reindex(known.index, fill_value=0.0)
    chosen = max(2, round(share * len(known)))
    names = [CHOSEN] * chosen + [NEXT] * min(chosen, len(known) - chosen)
    group = pd.Series(names + [REST] * (len(known) - len(names)), index=known.index)
    return ForwardCheck(
        cutoff,
        end,
        days,
        pd.DataFrame({"before": known, "later": later, "group": group}).reset_index(names="customer_id"),
        {
            name: mean_bootstrap_interval(later[group == name], confidence=confidence, seed=seed)
            for name in (CHOSEN, NEXT, REST)
            if (group == name).sum() > 1
        },
        compare(later[group == CHOSEN], later[group == NEXT], confidence=confidence),
        compare(later[group == CHOSEN], later[group != CHOSEN], confidence=confidence),
    )


def _known_at(transactions: pd.DataFrame, cutoff: pd.Timestamp) -> pd.Series:
    """Gross revenue before the cut-off of the customers known then, the highest first, indexed by customer."""
    before = transactions[(transactions["kind"] == "purchase") & (transactions["time"] < cutoff)]
    days = before.assign(day=before["time"].dt.normalize()).groupby("customer_id")["day"].nunique()
    revenue = before.groupby("customer_id")["revenue"].sum()
    return revenue[days >= PURCHASE_DAYS].sort_values(ascending=False, kind="stable")
