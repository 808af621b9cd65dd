"""How the features of customers are spread, and which move together."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
