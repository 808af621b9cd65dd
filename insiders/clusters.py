"""Clusterings of a space, by model and number of clusters, and how well each one separates the customers.

Labels are 0, 1, 2 … without gaps; -1 is noise, which only DBSCAN knows. Everything is computed once: one linkage per
space is cut for all k, and one distance matrix serves all silhouettes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import DBSCAN, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, pairwise_distances
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from insiders.spaces import Points

Labels = npt.NDArray[np.int16]

NOISE = -1

FULL_SIZE = 5_000
"""Up to so many customers everything is exact; beyond, Ward and DBSCAN work on a sample of that size, whose labels the
other customers take from their nearest neighbour in it, and the silhouette is averaged over fewer customers."""


def kmeans(points: Points, k_range: Iterable[int], seed: int) -> dict[int, Labels]:
    """K-means, best of five starts, by k."""
    return {k: _dense(KMeans(k, n_init=5, random_state=seed).fit_predict(points)) for k in k_range}


def gaussian_mixture(points: Points, k_range: Iterable[int], seed: int) -> dict[int, Labels]:
    """Gaussian mixtures with full covariances, each customer given to the likeliest component, by k asked for."""
    cuts = {}
    with warnings.catch_warnings():
        # A mixture that stopped early is still a labelling, and is scored for what it is.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for k in k_range:
            mixture = GaussianMixture(k, covariance_type="full", reg_covar=1e-3, random_state=seed)
            cuts[k] = _dense(mixture.fit_predict(points.astype("float64")))
    return cuts


def ward(points: Points, k_range: Iterable[int], seed: int) -> dict[int, Labels]:
    """Ward's hierarchy, one linkage cut at every k."""
    sample = _sample(len(points), seed)
    tree = linkage(points[sample], method="ward")
    return {k: _spread(points, sample, _dense(fcluster(tree, k, criterion="maxclust"))) for k in k_range}


def dbscan(points: Points, k_range: Iterable[int], seed: int) -> dict[int, Labels]:
    """DBSCAN, by the number of clusters it finds: of all radii tried, those that leave the least noise.

    A core customer has as many others nearby as the space has dimensions, twice. The radii are quantiles of the
    distance to the neighbour of that rank, along the sorted curve where Ester et al. (1996) look for the bend.
    """
    sample = _sample(len(points), seed)
    least = min(2 * points.shape[1], len(sample) - 1)
    distances = pairwise_distances(points[sample]).astype("float32")
    reach = np.partition(distances, least, axis=1)[:, least]
    wanted = set(k_range)
    cuts: dict[int, Labels] = {}
    for radius in np.unique(np.quantile(reach, np.linspace(0.1, 0.99, 24))):
        labels = _dense(
            DBSCAN(eps=max(float(radius), 1e-6), min_samples=least, metric="precomputed").fit_predict(distances)
        )
        k = int(labels.max()) + 1
        if k in wanted and (k not in cuts or np.mean(labels == NOISE) < np.mean(cuts[k] == NOISE)):
            cuts[k] = labels
    return {k: _spread(points, sample, labels) for k, labels in sorted(cuts.items())}


MODELS: Mapping[str, Callable[[Points, Iterable[int], int], dict[int, Labels]]] = MappingProxyType(
    {"kmeans": kmeans, "gaussian_mixture": gaussian_mixture, "ward": ward, "dbscan": dbscan}
)
"""Models by name: points, the numbers of clusters wanted, a seed; labels by number of clusters."""


@dataclass(frozen=True)
class Comparison:
    """Every clustering of every space, and its scores."""

    scores: pd.DataFrame
    """space, model, k, silhouette, silhouette_error (standard error; 0 where exact), davies_bouldin, calinski_harabasz,
    smallest (customers in the smallest cluster), smallest_share and noise_share (of all customers)."""
    labels: Mapping[tuple[str, str], Mapping[int, Labels]]
    """Labels by (space, model) and k."""


def compare(
    points: Mapping[str, Points],
    models: Sequence[str] = tuple(MODELS),
    k_range: Iterable[int] = range(2, 16),
    *,
    seed: int,
) -> Comparison:
    """Cluster every space with every model for every k, and score the results.

    Noise counts: the silhouette of a customer left out is 0. Davies-Bouldin and Calinski-Harabasz know no noise and
    are computed without it. A model without a clustering for some k has no row for it.
    """
    wanted = list(k_range)
    rows, labels = [], {}
    for space, where in points.items():
        sample, distances = distances_from_sample(where, seed)
        for model in models:
            cuts = MODELS[model](where, wanted, seed)
            labels[space, model] = cuts
            rows += [
                {"space": space, "model": model, "k": k, **_scores(where, cut, sample, distances)}
                for k, cut in cuts.items()
            ]
    return Comparison(pd.DataFrame(rows), labels)


def distances_from_sample(points: Points, seed: int) -> tuple[npt.NDArray[np.int64], Points]:
    """Some customers' places in the table (all, up to `FULL_SIZE`), and their distances to every customer."""
    size = len(points)
    few = size if size <= FULL_SIZE else max(500, FULL_SIZE**2 // size)
    sample = np.sort(np.random.default_rng(seed).choice(size, few, replace=False))
    return sample, pairwise_distances(points[sample], points).astype("float32")


def silhouettes(labels: Labels, sample: npt.NDArray[np.int64], distances: Points) -> npt.NDArray[np.float64]:
    """Silhouette of each sampled customer among all (Rousseeuw 1987); 0 for noise and for a cluster of one."""
    clusters = np.arange(labels.max() + 1)
    member = (labels[:, None] == clusters).astype("float32")
    sizes = member.sum(axis=0)
    totals = distances @ member
    own = labels[sample]
    rows = np.arange(len(sample))
    inside = totals[rows, own] / np.maximum(sizes[own] - 1, 1)
    means = totals / sizes
    means[rows, own] = np.inf
    outside = means.min(axis=1)
    width = (outside - inside) / np.maximum(np.maximum(inside, outside), np.finfo("float32").tiny)
    return np.where((own == NOISE) | (sizes[own] == 1), 0.0, width).astype("float64")


def silhouettes_of_all(points: Points, labels: Labels) -> npt.NDArray[np.float64]:
    """Silhouette of every customer, exact at any size; the distances are made and dropped a block at a time."""
    blocks = np.array_split(np.arange(len(points)), -(-(len(points) ** 2) // FULL_SIZE**2))
    widths = [silhouettes(labels, block, pairwise_distances(points[block], points)) for block in blocks]
    return np.concatenate(widths)


class Cut(ClusterMixin, BaseEstimator):
    """Clusterings made beforehand, in the dress of an estimator: what yellowbrick needs to draw any model.

    ``fit`` looks the labels of ``n_clusters`` up; ``predict`` answers for the same customers. So Ward, which cannot
    predict, and mixtures, which have no ``labels_``, are drawn from the very labels the notebook uses.
    """

    def __init__(self, labels: Mapping[int, Labels], n_clusters: int) -> None:
        self.labels = labels
        self.n_clusters = n_clusters

    def fit(self, points: Points, y: object = None) -> Cut:
        """Take the labels for ``n_clusters``."""
        del points, y
        self.labels_ = self.labels[self.n_clusters]
        return self

    def predict(self, points: Points) -> Labels:
        """The labels of the customers that were clustered, in their order."""
        del points
        return self.labels_


def _scores(points: Points, labels: Labels, sample: npt.NDArray[np.int64], distances: Points) -> dict[str, float]:
    kept = labels != NOISE
    widths = silhouettes(labels, sample, distances)
    sizes = np.bincount(labels[kept])
    left_out = 1 - len(sample) / len(points)
    return {
        "silhouette": float(widths.mean()),
        "silhouette_error": float(widths.std() / np.sqrt(len(widths)) * np.sqrt(left_out)),
        "davies_bouldin": float(davies_bouldin_score(points[kept], labels[kept])),
        "calinski_harabasz": float(calinski_harabasz_score(points[kept], labels[kept])),
        "smallest": int(sizes.min()),
        "smallest_share": float(sizes.min() / len(points)),
        "noise_share": float(1 - kept.mean()),
    }


def _dense(labels: npt.NDArray[np.int_]) -> Labels:
    """Labels counted from 0 without gaps (a component may stay empty); noise stays noise."""
    known = np.unique(labels[labels != NOISE])
    return np.where(labels == NOISE, NOISE, np.searchsorted(known, labels)).astype("int16")


def _sample(size: int, seed: int) -> npt.NDArray[np.int64]:
    if size <= FULL_SIZE:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, FULL_SIZE, replace=False))


def _spread(points: Points, sample: npt.NDArray[np.int64], labels: Labels) -> Labels:
    """The sample's labels for all customers: each takes the label of the nearest in the sample."""
    if len(sample) == len(points):
        return labels
    nearest = NearestNeighbors(n_neighbors=1).fit(points[sample]).kneighbors(points, return_distance=False)[:, 0]
    return labels[nearest]
