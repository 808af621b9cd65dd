"""What a model of buying and leaving needs to know of each customer on a day."""

from __future__ import annotations

import pandas as pd

from insiders.customers.purchases import purchases_of


def histories(transactions: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """What is known of each customer who had bought by midnight of a day, by customer.

    Index ``customer_id``; columns ``repeats`` (purchase days after the first), ``last`` (days from the first to the
    last purchase day), ``age`` (days from the first purchase day to the cut), ``spend`` (gross revenue per purchase
    day, in the shop's currency; the first day counts, too).
    """
    return histories_of(purchase_days(transactions, cut), cut)


def purchase_days(transactions: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """The purchase days before a cut, by customer: ``first`` and ``late`` day, number of ``days``, ``revenue``."""
    bought = purchases_of(transactions)
    bought = bought[bought["time"] < cut]
    daily = bought.assign(day=bought["time"].dt.normalize()).groupby(["customer_id", "day"], as_index=False)["revenue"]
    by_customer = daily.sum().groupby("customer_id")
    table = by_customer.agg(first=("day", "min"), late=("day", "max"), days=("day", "size"), revenue=("revenue", "sum"))
    return pd.DataFrame(table)


def histories_of(days: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """The table of `histories` from that of `purchase_days`."""
    return pd.DataFrame(
        {
            "repeats": days["days"] - 1,
            "last": (days["late"] - days["first"]).dt.days,
            "age": (cut.normalize() - days["first"]).dt.days,
            "spend": days["revenue"] / days["days"],
        }
    ).astype("float64")
