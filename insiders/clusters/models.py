"""Models by name, each a way to label the customers of a space for many numbers of clusters at once.

Labels are 0, 1, 2 … without gaps; -1 is noise, which only DBSCAN and HDBSCAN know. K-means and mixtures begin from the
cuts of Ward's one linkage, a better start than a drawn one and the same every time, so that one start is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from insiders.clusters.density import NOISE
from insiders.clusters.ground import Ground, Labels, dense
from insiders.clusters.mixtures import Mixtures
from insiders.spaces import Points

RADII = 24
CLUSTER_SHARES = (0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.08)
"""The smallest clusters that HDBSCAN is asked for, as shares of the customers."""


@dataclass(frozen=True)
class Cuts:
    """The labels of the sample by number of clusters, and what else the model says of each."""

    labels: dict[int, Labels]
    bic: dict[int, float] = field(default_factory=dict)
    """Bayesian information criterion, where the model has one; lower is better."""


def ward(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """Ward's hierarchy, one linkage cut at every k."""
    return Cuts({k: ground.ward(k) for k in k_range})


def kmeans(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """K-means, begun from the centres of Ward's cut, by k."""
    cuts = {}
    for k in k_range:
        centres = _centres(ground.points, ground.ward(k))
        model = KMeans(len(centres), init=centres, n_init=1, random_state=ground.seed)
        cuts[k] = dense(model.fit_predict(ground.points))
    return Cuts(cuts)


def gaussian_mixture(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """Gaussian mixtures with full covariances, begun from Ward's cut; each customer goes to the likeliest component."""
    mixtures = Mixtures(ground.points)
    fits = {k: mixtures.fit(ground.ward(k)) for k in k_range}
    return Cuts({k: dense(labels) for k, (labels, _) in fits.items()}, {k: bic for k, (_, bic) in fits.items()})


def dbscan(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """DBSCAN, by the number of clusters it finds: of all radii tried, those that leave the least noise.

    A core customer has as many others nearby as the space has dimensions, twice. The radii are quantiles of the
    distance to the neighbour of that rank, along the sorted curve where Ester et al. (1996) look for the bend.
    """
    density, wanted = ground.density, set(k_range)
    radii = np.unique(np.quantile(density.reach, np.linspace(0.1, 0.99, RADII)))
    tried = ((radius, *density.within(radius)) for radius in (max(float(each), 1e-6) for each in radii))
    # The customers beside the cores cost most and change no number of clusters: they are looked at where it is wanted.
    found = (density.dbscan(radius, core, own) for radius, k, core, own in tried if k in wanted)
    return _least_noise((dense(labels) for labels in found), wanted)


def hdbscan(ground: Ground, k_range: Iterable[int]) -> Cuts:
    """HDBSCAN (Campello et al. 2013), by the number of clusters it finds, over the size of the smallest one allowed.

    Of the sizes that find as many clusters, the one that leaves the least noise. Density as for DBSCAN.
    """
    size = len(ground.points)
    sizes = sorted({max(5, round(share * size)) for share in CLUSTER_SHARES})
    return _least_noise((dense(ground.density.hdbscan(least)) for least in sizes), set(k_range))


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


def _centres(points: Points, labels: Labels) -> npt.NDArray[np.float64]:
    sums = np.zeros((labels.max() + 1, points.shape[1]))
    np.add.at(sums, labels, points)
    return sums / np.bincount(labels)[:, None]


def _least_noise(tried: Iterable[Labels], wanted: set[int]) -> Cuts:
    best: dict[int, Labels] = {}
    for labels in tried:
        k = int(labels.max()) + 1
        if k in wanted and (k not in best or np.mean(labels == NOISE) < np.mean(best[k] == NOISE)):
            best[k] = labels
    return Cuts(dict(sorted(best.items())))
