"""Clusterings made beforehand, for what wants to fit one: yellowbrick's plots, and customers who came later."""

from __future__ import annotations

from collections.abc import Mapping

from sklearn.base import BaseEstimator, ClusterMixin

from insiders.clusters.ground import Labels, nearest
from insiders.spaces import Points


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


def labels_of(known: Points, labels: Labels, asked: Points) -> Labels:
    """The cluster of customers who came later: that of the nearest known customer, noise where that is noise."""
    return labels[nearest(known, asked)]
