"""What the comparison of clusterings costs: beside a loop that fits everything again, and by number of customers."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd
from sklearn.base import ClusterMixin
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from insiders import clusters, spaces
from insiders.clusters.mixtures import LEAST_VARIANCE
from insiders.clusters.models import CLUSTER_SHARES, RADII
from insiders.spaces import Points

Found = TypeVar("Found")

SEED = 42
RANGE = range(2, 26)
LOOPED = (4, 13, 22)
"""The loop is measured at these of the 24 numbers of clusters, and taken eight times."""
SIX = ("scaled", "pca", "umap", "tsne", "forest_leaves", "random_leaves")
SIZES = (500, 3_000, 20_000, 200_000)


def beside_a_loop(customers: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Seconds of fitting six spaces and of comparing them, by model, beside a loop; and what they say."""
    rows, points = [], {}
    for name in SIX:
        seconds, processor, fitted = timed(partial(spaces.fit, customers, [name], seed=SEED))
        points[name] = fitted[name].points
        rows.append((f"fit {name}", seconds, processor, np.nan))
    for model in clusters.MODELS:
        seconds, processor, _ = timed(partial(clusters.compare, points, [model], RANGE, seed=SEED))
        _, slow, _ = timed(partial(looped, points, model))
        rows.append((f"{model} alone", seconds, processor, slow * len(RANGE) / len(LOOPED)))
    seconds, processor, found = timed(partial(clusters.compare, points, k_range=RANGE, seed=SEED))
    loop = float(np.nansum([row[3] for row in rows]))
    rows.append((f"all five together, {len(found.scores)} clusterings", seconds, processor, loop))
    columns = ["what", "seconds", "processor seconds", "of the loop"]
    said = (
        f"{len(customers):,} customers, five models, 24 numbers of clusters, six spaces: {seconds:.0f} seconds by the "
        f"clock, {processor:.0f} of a processor, {loop / processor:.0f} times less than the {loop:.0f} of the loop."
    )
    return pd.DataFrame(rows, columns=columns).round(1).set_index("what"), said


def looped(points: dict[str, Points], model: str) -> None:
    """Every clustering fitted from nothing, its silhouette from distances made anew, as a loop over k does it."""
    for where in (each.astype("float64") for each in points.values()):
        for estimator in estimators(model, where):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                labels = estimator.fit_predict(where)
            if len(np.unique(labels)) > 1:
                silhouette_score(where, labels)


def estimators(model: str, where: Points) -> Iterator[ClusterMixin]:
    """A fresh estimator with scikit-learn's defaults for each number of clusters, radius or smallest cluster."""
    if model in ("dbscan", "hdbscan"):
        least = min(2 * where.shape[1], len(where) - 1)
        reach = NearestNeighbors(n_neighbors=least + 1).fit(where).kneighbors()[0][:, -1]
        part = len(LOOPED) / len(RANGE)
        radii = np.quantile(reach, np.linspace(0.1, 0.99, round(RADII * part)))
        shares = CLUSTER_SHARES[:: round(1 / part)]
        yield from (
            (DBSCAN(eps=radius, min_samples=least) for radius in radii)
            if model == "dbscan"
            else (HDBSCAN(max(5, round(share * len(where))), min_samples=least, copy=True) for share in shares)
        )
        return
    made: dict[str, Callable[[int], ClusterMixin]] = {
        "kmeans": lambda k: KMeans(k, n_init=10, random_state=SEED),
        "gaussian_mixture": lambda k: GaussianMixture(k, reg_covar=LEAST_VARIANCE, random_state=SEED),
        "ward": lambda k: AgglomerativeClustering(k),
    }
    yield from (made[model](k) for k in LOOPED)


def by_size(customers: pd.DataFrame) -> pd.DataFrame:
    """Seconds, the largest standard error of a silhouette and the stated approximation, by number of customers."""
    rows = []
    for size in SIZES:
        many = shaken(customers, size)
        fit_seconds, _, fitted = timed(partial(spaces.fit, many, ["pca", "forest_leaves"], seed=SEED))
        points = {name: space.points for name, space in fitted.items()}
        seconds, _, found = timed(partial(clusters.compare, points, k_range=range(2, 16), seed=SEED))
        error = found.scores["silhouette_error"].max()
        rows.append((f"{size:,}", round(fit_seconds, 1), round(seconds, 1), round(error, 4), found.approximation))
    columns = ["customers", "fit of 2 spaces, s", "5 models, 14 k, s", "largest error of a silhouette", "approximation"]
    return pd.DataFrame(rows, columns=columns).replace("", "exact").set_index("customers")


def shaken(customers: pd.DataFrame, size: int) -> pd.DataFrame:
    """So many customers, drawn from those given with replacement, every feature moved by about 5 %."""
    draws = np.random.default_rng(SEED)
    many = customers.iloc[draws.integers(len(customers), size=size)].reset_index(drop=True)
    names = [*spaces.BEHAVIOUR, *spaces.VALUE]
    return many.assign(**{name: many[name] * draws.lognormal(0, 0.05, size) for name in names})


def timed(what: Callable[[], Found]) -> tuple[float, float, Found]:
    """Seconds by the clock, processor seconds, and what came of it."""
    clock, processor = time.perf_counter(), time.process_time()
    found = what()
    return time.perf_counter() - clock, time.process_time() - processor, found
