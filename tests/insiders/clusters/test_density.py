"""One tree of densities against scikit-learn's DBSCAN and HDBSCAN, each fitted anew."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, HDBSCAN

from insiders.clusters import Ground
from tests.insiders.clusters.blobs import blobs

LEAST = 6


@pytest.mark.parametrize("part", [0.1, 0.4, 0.7, 0.99])
def test_dbscan_is_scikit_learns(part: float) -> None:
    """At every radius the tree gives DBSCAN's clusters, their numbers, the customers beside the cores and the noise."""
    points, _ = blobs(spread=2.5)
    density = Ground(points, 0).density
    radius = float(np.quantile(density.reach, part))
    number, core, own = density.within(radius)
    expected = DBSCAN(eps=radius, min_samples=LEAST).fit(points.astype("float64"))
    assert number == expected.labels_.max() + 1
    np.testing.assert_array_equal(np.flatnonzero(core), expected.core_sample_indices_)
    np.testing.assert_array_equal(density.dbscan(radius, core, own), expected.labels_)


def test_a_radius_that_reaches_nobody_leaves_all_as_noise() -> None:
    """Where nobody is core there is no cluster."""
    points, _ = blobs()
    density = Ground(points, 0).density
    number, core, own = density.within(1e-6)
    assert number == 0
    assert (density.dbscan(1e-6, core, own) == -1).all()


@pytest.mark.parametrize("smallest", [5, 12, 40])
def test_hdbscan_is_scikit_learns(smallest: int) -> None:
    """For every smallest size the tree gives HDBSCAN's labels."""
    points, _ = blobs(spread=2.5)
    expected = HDBSCAN(min_cluster_size=smallest, min_samples=LEAST, copy=True).fit_predict(points)
    np.testing.assert_array_equal(Ground(points, 0).density.hdbscan(smallest), expected)
