"""Models by name, each a way to label the customers of a space for many numbers of clusters at once.

Labels are 0, 1, 2 … without gaps; -1 is noise, which only DBSCAN and HDBSCAN know. K-means and mixtures begin from the
cuts of Ward's one linkage, a better start than a drawn one and the same every time, so that one start is enough.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from insiders.clusters.ground import NOISE, Ground, Labels
from insiders.spaces import Points

RADII = 24
CLUSTER_SHARES = (0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.08)
"""The smallest clusters that HDBSCAN is asked for, as shares of the customers."""
LEAST_VARIANCE = 1e-3


@dataclass(frozen=True)
class Cuts:
    """The labels of the sample by number of clusters, and what else the model says of each."""

    labels: dict[int, Labels]
    bic: dict[int, float] = field(default_factory=dict)
    """Bayesian information criterion, where the model has one; lower is better."""


def ward(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """Ward's hierarchy, one linkage cut at every k."""
    return Cuts({k: _ward(ground, k) for k in k_range})


def kmeans(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """K-means, begun from the centres of Ward's cut, by k."""
    cuts = {}
    for k in k_range:
        centres = _centres(ground.points, _ward(ground, k))
        model = KMeans(len(centres), init=centres, n_init=1, random_state=ground.seed)
        cuts[k] = dense(model.fit_predict(ground.points))
    return Cuts(cuts)


def gaussian_mixture(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """Gaussian mixtures with full covariances, begun from Ward's cut; each customer goes to the likeliest component."""
    points = ground.points.astype("float64")
    cuts, bic = {}, {}
    with warnings.catch_warnings():
        # A mixture that stopped early is still a labelling, and is scored for what it is.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for k in k_range:
            start = _ward(ground, k)
            groups = [points[start == cluster] for cluster in range(start.max() + 1)]
            mixture = GaussianMixture(
                len(groups),
                reg_covar=LEAST_VARIANCE,
                max_iter=50,
                tol=1e-2,
                init_params="random_from_data",
                weights_init=np.array([len(group) for group in groups]) / len(points),
                means_init=np.array([group.mean(axis=0) for group in groups]),
                precisions_init=np.array([_precision(group) for group in groups]),
                random_state=ground.seed,
            )
            cuts[k] = dense(mixture.fit_predict(points))
            bic[k] = float(mixture.bic(points))
    return Cuts(cuts, bic)


def dbscan(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """DBSCAN, by the number of clusters it finds: of all radii tried, those that leave the least noise.

    A core customer has as many others nearby as the space has dimensions, twice. The radii are quantiles of the
    distance to the neighbour of that rank, along the sorted curve where Ester et al. (1996) look for the bend.
    """
    least = _least(ground.points)
    reach = np.partition(ground.distances, least, axis=1)[:, least]
    radii = np.unique(np.quantile(reach, np.linspace(0.1, 0.99, RADII)))
    tried = (DBSCAN(eps=max(float(radius), 1e-6), min_samples=least, metric="precomputed") for radius in radii)
    return _least_noise((dense(model.fit_predict(ground.distances)) for model in tried), set(k_range))


def hdbscan(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """HDBSCAN (Campello et al. 2013), by the number of clusters it finds, over the size of the smallest one allowed.

    Of the sizes that find as many clusters, the one that leaves the least noise. Density as for DBSCAN.
    """
    size = len(ground.points)
    sizes = sorted({max(5, round(share * size)) for share in CLUSTER_SHARES})
    tried = (HDBSCAN(min_cluster_size=least, min_samples=_least(ground.points), copy=True) for least in sizes)
    return _least_noise((dense(model.fit_predict(ground.points)) for model in tried), set(k_range))


FROM_GROUND: Mapping[str, Callable[[Ground, Iterable[int]], Cuts]] = MappingProxyType(
    {
        "kmeans": kmeans,
        "gaussian_mixture": gaussian_mixture,
        "ward": ward,
        "dbscan": dbscan,
        "hdbscan": hdbscan,
    }
)
"""Models by name, on a ground that they share."""


def _alone(model: str, points: Points, k_range: Iterable[int], seed: int) -> dict[int, Labels]:
    ground = Ground(points, seed)
    return {k: ground.spread(labels) for k, labels in FROM_GROUND[model](ground, k_range).labels.items()}


MODELS: Mapping[str, Callable[[Points, Iterable[int], int], dict[int, Labels]]] = MappingProxyType(
    {name: partial(_alone, name) for name in FROM_GROUND}
)
"""Models by name: points, the numbers of clusters wanted, a seed; labels of all customers by number of clusters."""


def dense(labels: npt.NDArray[np.int_]) -> Labels:
    """Labels counted from 0 without gaps (a component may stay empty); noise stays noise."""
    known = np.unique(labels[labels != NOISE])
    return np.where(labels == NOISE, NOISE, np.searchsorted(known, labels)).astype("int16")


def _ward(ground: Ground, k: int) -> Labels:
    return dense(fcluster(ground.tree, k, criterion="maxclust"))


def _centres(points: Points, labels: Labels) -> npt.NDArray[np.float64]:
    sums = np.zeros((labels.max() + 1, points.shape[1]))
    np.add.at(sums, labels, points)
    return sums / np.bincount(labels)[:, None]


def _precision(group: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    spread = np.cov(group, rowvar=False, bias=True) if len(group) > 1 else np.zeros((group.shape[1],) * 2)
    values, vectors = np.linalg.eigh(np.atleast_2d(spread) + LEAST_VARIANCE * np.eye(group.shape[1]))
    # Of coordinates in very different units the plain inverse is no longer positive definite.
    inverse = (vectors / np.maximum(values, values.max() * 1e-12)) @ vectors.T
    return np.asarray((inverse + inverse.T) / 2, "float64")


def _least(points: Points) -> int:
    return min(2 * points.shape[1], len(points) - 1)


def _least_noise(tried: Iterable[Labels], wanted: set[int]) -> Cuts:
    best: dict[int, Labels] = {}
    for labels in tried:
        k = int(labels.max()) + 1
        if k in wanted and (k not in best or np.mean(labels == NOISE) < np.mean(best[k] == NOISE)):
            best[k] = labels
    return Cuts(dict(sorted(best.items())))
