"""Bulk orders: lines far above what is usual for their product."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from insiders.customers.purchases import purchases_of
from insiders.products import descriptions

AT_LEAST_LINES = 20
"""Purchase lines from which a product has a usual quantity."""


def bulk_lines(
    transactions: pd.DataFrame, *, times_usual: float = 25.0, at_least_lines: int = AT_LEAST_LINES
) -> pd.DataFrame:
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


@dataclass(frozen=True)
class Bulk:
    """The bulk lines of a shop beside all its purchases."""

    lines: pd.DataFrame
    """As `bulk_lines` has them."""
    products: pd.DataFrame
    """As `bulk_products` has them."""
    purchase_lines: int
    """All purchase lines."""
    revenue: float
    """Gross revenue of all purchase lines, in the shop's currency."""


def bulk(transactions: pd.DataFrame, *, times_usual: float = 25.0) -> Bulk:
    """What was bought in bulk, by line and by product."""
    lines, purchases = bulk_lines(transactions, times_usual=times_usual), purchases_of(transactions)
    return Bulk(lines, bulk_products(transactions, lines), len(purchases), float(purchases["revenue"].sum()))


def bulk_products(transactions: pd.DataFrame, bulk: pd.DataFrame) -> pd.DataFrame:
    """The products of a `bulk_lines` table, the one with most bulk pieces first.

    Columns: ``product``, ``description`` (the most frequent one), ``usual_quantity``, ``largest_quantity``,
    ``bulk_lines``, ``bulk_items`` (pieces in them), ``bulk_share`` (of all pieces of the product bought).
    """
    return products_of(bulk, purchases_of(transactions).groupby("product")["quantity"].sum())


def products_of(bulk: pd.DataFrame, items: pd.Series) -> pd.DataFrame:
    """The table of `bulk_products` from a `bulk_lines` table and the pieces bought of every product."""
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
