"""The ground that clusterings of one space share: a sample where there are many, one linkage, one distance matrix."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from insiders.clusters.density import NOISE, Density
from insiders.spaces import Points

Labels = npt.NDArray[np.int16]

FULL_SIZE = 5_000
"""Up to so many customers everything is exact; beyond, every model works on a sample of that size, whose labels the
other customers take from their nearest neighbour in it, and scores are those of the sample."""


class Ground:
    """What all models and scores of a space have in common, each made when first asked for and never again."""

    def __init__(self, points: Points, seed: int) -> None:
        self.everyone = points
        self.seed = seed
        self.sample = sampled(len(points), seed)
        """Places of the sampled customers in the table; all of them, up to `FULL_SIZE`."""
        self.points = points if len(self.sample) == len(points) else points[self.sample]
        self._cut: dict[int, Labels] = {}

    @cached_property
    def tree(self) -> npt.NDArray[np.float64]:
        """Ward's linkage of the sample."""
        return np.asarray(linkage(self.points, method="ward"))

    def ward(self, k: int) -> Labels:
        """Ward's linkage cut at k, once for all that begin from it."""
        if k not in self._cut:
            self._cut[k] = dense(fcluster(self.tree, k, criterion="maxclust"))
        return self._cut[k]

    @cached_property
    def distances(self) -> Points:
        """Between the customers of the sample."""
        return pairwise_distances(self.points).astype("float32")

    @cached_property
    def density(self) -> Density:
        """The hierarchy of densities of the sample; a core has as many others around it as dimensions, twice."""
        return Density(self.points, self.distances, min(2 * self.points.shape[1], len(self.points) - 1))

    @cached_property
    def nearest(self) -> npt.NDArray[np.int64]:
        """For every customer the nearest of the sample, by its place in the sample."""
        if len(self.points) == len(self.everyone):
            return np.arange(len(self.points))
        return nearest(self.points, self.everyone)

    def spread(self, labels: Labels) -> Labels:
        """The sample's labels for all customers: each takes the label of the nearest in the sample."""
        return labels[self.nearest]


def nearest(known: Points, asked: Points) -> npt.NDArray[np.int64]:
    """For each asked point the place of the nearest known one."""
    search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(known)
    return np.asarray(search.kneighbors(asked, return_distance=False)[:, 0])


def dense(labels: npt.NDArray[np.int_]) -> Labels:
    """Labels counted from 0 without gaps (a component may stay empty); noise stays noise."""
    known = np.unique(labels[labels != NOISE])
    return np.where(labels == NOISE, NOISE, np.searchsorted(known, labels)).astype("int16")


def sampled(size: int, seed: int) -> npt.NDArray[np.int64]:
    """Places of the customers that the models are fitted to, in order: all of them, up to `FULL_SIZE`."""
    if size <= FULL_SIZE:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, FULL_SIZE, replace=False))
