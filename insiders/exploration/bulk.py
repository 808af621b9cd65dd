"""Bulk orders: lines far above what is usual for their product."""

from __future__ import annotations

import pandas as pd

from insiders.customers.purchases import purchases_of
from insiders.products import descriptions


def bulk_lines(transactions: pd.DataFrame, *, times_usual: float = 25.0, at_least_lines: int = 20) -> pd.DataFrame:
    """Purchase lines of at least ``times_usual`` times the product's median quantity per line.

    Only products with ``at_least_lines`` purchase lines have a usual quantity. The columns of transactions, with
    ``usual_quantity`` (pieces) and ``times_usual``, the largest multiple first.
    """
    purchases = purchases_of(transactions)
    quantities = purchases.groupby("product")["quantity"]
    usual = quantities.transform("median")
    known = (quantities.transform("size") >= at_least_lines) & (usual > 0)
    bulk = purchases[known & (purchases["quantity"] >= times_usual * usual)]
    multiples = bulk["quantity"] / usual.loc[bulk.index]
    return bulk.assign(usual_quantity=usual.loc[bulk.index], times_usual=multiples).sort_values(
        "times_usual", ascending=False, kind="stable", ignore_index=True
    )


def bulk_products(transactions: pd.DataFrame, bulk: pd.DataFrame) -> pd.DataFrame:
    """The products of a `bulk_lines` table, the one with most bulk pieces first.

    Columns: ``product``, ``description`` (the most frequent one), ``usual_quantity``, ``largest_quantity``,
    ``bulk_lines``, ``bulk_items`` (pieces in them), ``bulk_share`` (of all pieces of the product bought).
    """
    items = purchases_of(transactions).groupby("product")["quantity"].sum()
    grouped = bulk.groupby("product")
    table = pd.DataFrame(
        {
            "description": pd.Series(descriptions(bulk), dtype="object").reindex(grouped.size().index),
            "usual_quantity": grouped["usual_quantity"].first(),
            "largest_quantity": grouped["quantity"].max(),
            "bulk_lines": grouped.size(),
            "bulk_items": grouped["quantity"].sum(),
        }
    )
    table["bulk_share"] = table["bulk_items"] / items.reindex(table.index)
    return table.sort_values("bulk_items", ascending=False, kind="stable").reset_index()
