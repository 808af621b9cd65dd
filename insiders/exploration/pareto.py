"""How unequally revenue is spread: over products, categories, customers or whatever else sells."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from insiders.customers.purchases import purchases_of
from insiders.errors import AnalysisError


def pareto(transactions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Revenue per value of ``by``, best first.

    Columns: ``by``, ``revenue`` (gross, in the shop's currency), ``items`` (pieces), ``share`` (of the gross revenue of
    the rows where ``by`` is known), ``cumulative_share`` (of the same), ``rank_share`` (rank over the number of rows).
    The table is empty where the source does not know ``by``.
    """
    known = purchases_of(transactions).dropna(subset=[by])
    sums = known.groupby(by, observed=True, sort=True)[["revenue", "quantity"]].sum().reset_index()
    return ranked(sums.rename(columns={"quantity": "items"}))


def ranked(sums: pd.DataFrame) -> pd.DataFrame:
    """The table of `pareto` from its sums: what they are of, in ascending order, ``revenue`` and ``items``."""
    ranked = sums.sort_values("revenue", ascending=False, kind="stable", ignore_index=True)
    shares = ranked["revenue"] / ranked["revenue"].sum()
    return ranked.assign(
        share=shares,
        cumulative_share=shares.cumsum(),
        rank_share=np.arange(1, len(ranked) + 1) / max(len(ranked), 1),
    )


def top_count(n_groups: int, top: float = 0.2) -> int:
    """How many groups are the top share of that many groups: at least one, rounded up."""
    return max(1, int(np.ceil(round(top * n_groups, 9))))


def top_share(ranked: pd.DataFrame, top: float = 0.2) -> float:
    """The share of revenue that the best ``top`` (0 to 1) of the groups of a `pareto` table bring."""
    if ranked.empty:
        raise AnalysisError("there is no revenue to rank: the source does not know these groups")
    return float(ranked["cumulative_share"].iloc[top_count(len(ranked), top) - 1])


def groups_for(ranked: pd.DataFrame, share: float = 0.8) -> int:
    """How many of the best groups it takes to bring that share of revenue."""
    return int((ranked["cumulative_share"] < share - 1e-12).sum()) + 1


def lorenz(values: pd.Series) -> pd.DataFrame:
    """The Lorenz curve: ``group_share`` and ``value_share``, smallest value first, from (0, 0) to (1, 1)."""
    ascending = np.sort(values.to_numpy(dtype=float))
    if len(ascending) == 0 or ascending[0] < 0 or ascending.sum() <= 0:
        raise AnalysisError("a Lorenz curve needs values that are not negative and not all zero")
    return pd.DataFrame(
        {
            "group_share": np.linspace(0.0, 1.0, len(ascending) + 1),
            "value_share": np.concatenate([[0.0], np.cumsum(ascending) / ascending.sum()]),
        }
    )


def gini(values: pd.Series) -> float:
    """The Gini coefficient: 0 where all are equal, towards 1 where one has everything (twice the area above Lorenz)."""
    curve = lorenz(values)
    return 1.0 - 2.0 * cast(float, np.trapezoid(curve["value_share"], curve["group_share"]))
