"""Whom a series follows, chosen from what was known on a day: the leading customers."""

from __future__ import annotations

import pandas as pd

from insiders.errors import AnalysisError


def insiders_at(
    transactions: pd.DataFrame, cutoff: pd.Timestamp, share: float, *, purchase_days: int = 2
) -> frozenset[str]:
    """The customers who led by gross revenue before ``cutoff``: a stand-in for the Insiders that knows no later sale.

    The ``share`` counts customers with at least ``purchase_days`` distinct purchase days before the cut-off; an
    `AnalysisError` is raised where it comes to nobody.
    """
    known = purchases(transactions, before=cutoff)
    customers = known.assign(day=known["time"].dt.normalize()).groupby("customer_id", observed=True)
    table = pd.DataFrame({"days": customers["day"].nunique(), "revenue": customers["revenue"].sum()})
    eligible = table.loc[table["days"] >= purchase_days, "revenue"].sort_values(ascending=False, kind="stable")
    chosen = frozenset(eligible.index[: round(share * len(eligible))])
    if not chosen:
        raise AnalysisError(
            f"a share of {share:.1%} of the {len(eligible)} customers known before {cutoff:%Y-%m-%d} "
            f"({purchase_days} purchase days or more) is nobody: there are no Insiders to forecast"
        )
    return chosen


def purchases(transactions: pd.DataFrame, *, before: pd.Timestamp | None = None) -> pd.DataFrame:
    """The purchase lines, those before a day where one is said: neither returns nor netted pairs."""
    wanted = transactions["kind"] == "purchase"
    if before is not None:
        wanted &= transactions["time"] < before
    return transactions[wanted]
