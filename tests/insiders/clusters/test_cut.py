"""Clusterings made beforehand: for yellowbrick, and for customers who came later."""

from __future__ import annotations

import numpy as np

from insiders.clusters import MODELS, Cut, labels_of
from tests.insiders.clusters.blobs import blobs


def test_a_cut_answers_for_the_labels_it_was_given() -> None:
    """The dress for yellowbrick gives back, for each k, the labels computed before."""
    cuts = {2: np.array([0, 1, 1], "int16"), 3: np.array([0, 1, 2], "int16")}
    cut = Cut(cuts, 2)
    points = np.zeros((3, 2), "float32")
    assert cut.fit(points).predict(points).tolist() == [0, 1, 1]
    assert cut.set_params(n_clusters=3).fit(points).labels_.tolist() == [0, 1, 2]


def test_later_customers_join_the_cluster_they_fall_into() -> None:
    """Half of the customers, labelled by the other half, get the labels that all together would have had."""
    points, _ = blobs()
    labels = MODELS["ward"](points, [4], 0)[4]
    np.testing.assert_array_equal(labels_of(points[::2], labels[::2], points[1::2]), labels[1::2])
