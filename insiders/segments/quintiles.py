"""Recency, frequency and value in fifths of the customers, and when the customers of a segment came first."""

from __future__ import annotations

import numpy as np
import pandas as pd

FIFTHS = 5


def quintiles(customers: pd.DataFrame) -> pd.DataFrame:
    """The fifth of every customer by recency, frequency and value: 5 is the most recent, frequent, valuable.

    Columns ``recency``, ``frequency`` (purchase invoices), ``value`` (gross revenue), in the order of the customers;
    customers who are equal stand in the same fifth (that of their mean rank), so fifths are not all of one size.
    """
    ranks = {
        "recency": customers["recency_days"].rank(ascending=False, pct=True),
        "frequency": customers["n_invoices"].rank(pct=True),
        "value": customers["gross_revenue"].rank(pct=True),
    }
    return pd.DataFrame({name: np.ceil(FIFTHS * rank).clip(1, FIFTHS).astype("int64") for name, rank in ranks.items()})


def by_segment(customers: pd.DataFrame, segment: pd.Series) -> pd.DataFrame:
    """Mean fifths of every segment's customers, and the share of them in the top fifth of all three.

    Index ``segment``, highest mean value first; columns ``recency``, ``frequency``, ``value``, ``top_share``.
    """
    fifths = quintiles(customers)
    top = (fifths == FIFTHS).all(axis=1).rename("top_share")
    means = fifths.join(top.astype("float64")).groupby(segment.to_numpy()).mean().rename_axis("segment")
    return means.sort_values("value", ascending=False, kind="stable")


def cohorts(customers: pd.DataFrame, segment: pd.Series) -> pd.DataFrame:
    """Share of every segment's customers by the quarter of their first purchase *in the data*; rows add up to 1.

    Index ``segment``, a column per calendar quarter (2011Q1), oldest first. The first quarter holds everybody who was
    there before the data begin, so it says nothing of when they came.
    """
    quarter = customers["first_purchase"].dt.to_period("Q").astype("str").rename("quarter")
    return pd.crosstab(segment.to_numpy(), quarter.to_numpy(), normalize="index").rename_axis("segment")
