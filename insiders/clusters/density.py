"""The hierarchy of densities in a space: one tree, from which DBSCAN and HDBSCAN take their clusters at every setting.

Both ask which customers hang together when two are joined as soon as they, and as many others around each as make a
core, are near enough. That is one single linkage (Campello et al. 2013), whatever radius or smallest size is asked for.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster
from sklearn.cluster import HDBSCAN
from sklearn.cluster._hdbscan._tree import (
    tree_to_labels,
)  # no public name gives other sizes without growing the tree anew

from insiders.spaces import Points

NOISE = -1


class Density:
    """Who hangs together in a space, at every density."""

    def __init__(self, points: Points, distances: Points, least: int) -> None:
        """``least``: how many customers, itself included, a core customer has around it."""
        self._distances = distances
        self._grown = HDBSCAN(min_cluster_size=2, min_samples=least, copy=True).fit(points)._single_linkage_tree_
        tree = self._grown
        columns = (tree["left_node"], tree["right_node"], tree["value"], tree["cluster_size"])
        self._linkage = np.column_stack([column.astype("float64") for column in columns])
        nearest = np.partition(distances, (least - 1, least), axis=1)
        self._core = nearest[:, least - 1]
        self.reach: npt.NDArray[np.float32] = nearest[:, least]
        """From each customer to the one that follows those of its core."""

    def within(self, radius: float) -> tuple[int, npt.NDArray[np.bool_], npt.NDArray[np.int_]]:
        """The number of clusters of DBSCAN with that radius, who is core, and the clusters of the core customers.

        Clusters are numbered by their first core customer, as scikit-learn does.
        """
        core = self._core <= radius
        joined = fcluster(self._linkage, radius, criterion="distance")[core]
        _, first, found = np.unique(joined, return_index=True, return_inverse=True)
        order = np.empty(len(first), dtype="int64")
        order[np.argsort(first)] = np.arange(len(first))
        return len(first), core, order[found]

    def dbscan(self, radius: float, core: npt.NDArray[np.bool_], own: npt.NDArray[np.int_]) -> npt.NDArray[np.int_]:
        """The labels of all: who is not core joins the first cluster that has a core customer within the radius."""
        labels = np.full(len(core), NOISE)
        labels[core] = own
        others = np.flatnonzero(~core)
        if len(others) and core.any():
            by_cluster = np.flatnonzero(core)[np.argsort(own, kind="stable")]
            near = self._distances[np.ix_(others, by_cluster)] <= radius
            labels[others] = np.where(near.any(axis=1), labels[by_cluster][near.argmax(axis=1)], NOISE)
        return labels

    def hdbscan(self, smallest: int) -> npt.NDArray[np.int_]:
        """The labels of HDBSCAN with clusters of at least that many customers."""
        return np.asarray(tree_to_labels(self._grown, smallest, "eom")[0])
