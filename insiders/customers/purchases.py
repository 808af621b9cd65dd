"""The purchases among prepared transactions, and all who made one."""

from __future__ import annotations

import pandas as pd


def purchases_of(transactions: pd.DataFrame) -> pd.DataFrame:
    """The purchase lines of a transactions table: neither returns nor netted pairs."""
    return transactions[transactions["kind"] == "purchase"]


def buyers(transactions: pd.DataFrame) -> pd.DataFrame:
    """The one row of the hand-off table ``buyers``: all customers of these transactions who bought, taken together."""
    bought = purchases_of(transactions)
    names = bought["customer_id"].unique()
    returned = transactions[(transactions["kind"] == "return") & transactions["customer_id"].isin(names)]
    return pd.DataFrame(
        {
            "customers": [len(names)],
            "gross_revenue": [bought["revenue"].sum()],
            "net_revenue": [bought["revenue"].sum() + returned["revenue"].sum()],
            "items": [bought["quantity"].sum()],
        }
    )
