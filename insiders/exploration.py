"""What an analyst looks at first: how features are spread and move together, and which sales are bulk orders."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.purchases import purchases_of

SHAPED = (
    "gross_revenue",
    "n_invoices",
    "n_items",
    "n_products",
    "avg_ticket",
    "avg_basket_items",
    "avg_basket_products",
    "avg_unit_price",
    "frequency",
    "recency_days",
    "avg_gap_days",
    "gap_regularity",
    "tenure_days",
    "n_returns",
    "return_share",
)
"""The features whose spread and correlation are shown: one of each pair that says the same."""


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
            "description": grouped["description"].agg(_most_frequent),
            "usual_quantity": grouped["usual_quantity"].first(),
            "largest_quantity": grouped["quantity"].max(),
            "bulk_lines": grouped.size(),
            "bulk_items": grouped["quantity"].sum(),
        }
    )
    table["bulk_share"] = table["bulk_items"] / items.reindex(table.index)
    return table.sort_values("bulk_items", ascending=False, kind="stable").reset_index()


def feature_shapes(customers: pd.DataFrame, features: tuple[str, ...] = SHAPED) -> pd.DataFrame:
    """One row per feature: ``feature``, ``median``, ``mean``, ``p99``, ``zeros`` (share), ``skew``, ``skew_of_log``.

    ``skew_of_log`` is the skewness of log(1 + value): near 0 where a logarithm makes the feature symmetric.
    """
    values = customers[list(features)].astype("float64")
    return pd.DataFrame(
        {
            "median": values.median(),
            "mean": values.mean(),
            "p99": values.quantile(0.99),
            "zeros": (values == 0).mean(),
            "skew": values.skew(),
            "skew_of_log": values.transform(np.log1p).skew(),
        }
    ).reset_index(names="feature")


def rank_correlation(customers: pd.DataFrame, features: tuple[str, ...] = SHAPED) -> pd.DataFrame:
    """Spearman's rank correlation of every two features, as a square table (constant features are left out)."""
    values = customers[list(features)].astype("float64")
    varied = values.loc[:, values.nunique() > 1]
    return varied.corr(method="spearman")


def strongest_pairs(correlation: pd.DataFrame, at_least: float = 0.8) -> pd.DataFrame:
    """The pairs of a `rank_correlation` that say nearly the same: ``first``, ``second``, ``rho``, strongest first."""
    upper = correlation.where(np.triu(np.ones(correlation.shape, dtype=bool), k=1))
    pairs = upper.rename_axis("first").reset_index().melt("first", var_name="second", value_name="rho").dropna()
    strong = pairs[pairs["rho"].abs() >= at_least]
    return strong.sort_values("rho", key=abs, ascending=False, kind="stable", ignore_index=True)


def _most_frequent(words: pd.Series) -> str | None:
    known = words.dropna().mode()
    return None if known.empty else str(known.iloc[0])
