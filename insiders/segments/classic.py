"""The published segmentation, repeated: the method this project started from, as it was, and nothing added.

A forest of 250 trees on gross revenue from four hand-picked features, its leaf numbers taken for coordinates, UMAP to
ten dimensions, Ward's hierarchy cut at ten clusters, and of these the one with the highest mean revenue. It is kept as
a check on everything below it and as what better ways are held against; `consensus` and `policies` say what is wrong
with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import mannwhitneyu
from sklearn.ensemble import RandomForestRegressor
from umap import UMAP

from insiders.clusters import MODELS, Ground, Labels, silhouettes
from insiders.errors import AnalysisError
from insiders.segments.groups import Flags
from insiders.spaces import DIMENSIONS, TREES, Points, filled

FEATURES = ("recency_days", "n_items", "avg_ticket", "n_returns")
K = 10
SEED = 42


@dataclass(frozen=True)
class Classic:
    """The published segmentation of the customers; rows in the order of the table given."""

    points: Points
    labels: Labels
    is_insider: Flags
    silhouette: float
    """Mean over all customers; no proof of natural groups, since the space was built from revenue."""
    against_next: float
    """Mann and Whitney's U of the Insiders' gross revenue against that of the cluster with the next mean."""


def classic(customers: pd.DataFrame, source: pd.DataFrame, *, k: int = K, seed: int = SEED) -> Classic:
    """The published group, from the hand-off table ``customers`` of the preset ``classic``.

    A forest draws customers by their place in the table, so their order counts: it is that in which the source
    (``source``: all its rows as loaded, with ``customer_id``) first names them. Raises AnalysisError where the source
    does not name a customer.
    """
    order = _first_appearance(customers, source)
    people = customers.iloc[order]
    revenue = people["gross_revenue"].to_numpy("float64")
    features = filled(people, FEATURES).to_numpy("float32")
    forest = RandomForestRegressor(TREES, random_state=seed, n_jobs=-1).fit(features, revenue)
    leaves = forest.apply(features).astype("float32")
    points = UMAP(n_components=DIMENSIONS, random_state=seed, n_jobs=1).fit_transform(leaves).astype("float32")
    labels = MODELS["ward"](points, [k], seed)[k]
    means = pd.Series(revenue).groupby(labels).mean().sort_values(ascending=False)
    best, following = (labels == cluster for cluster in means.index[:2])
    back = np.argsort(order)
    return Classic(
        points=points[back],
        labels=labels[back],
        is_insider=best[back],
        silhouette=float(silhouettes(labels, Ground(points, seed).distances).mean()),
        against_next=float(mannwhitneyu(revenue[best], revenue[following]).statistic),
    )


def _first_appearance(customers: pd.DataFrame, source: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Places of the customers in the order in which the source first names them."""
    seen = pd.Index(source["customer_id"].dropna().drop_duplicates())
    rank = seen.get_indexer(customers["customer_id"])
    if (rank < 0).any():
        raise AnalysisError(f"{int((rank < 0).sum())} customers are not in the source: the two tables are of two runs")
    return np.argsort(rank, kind="stable")
