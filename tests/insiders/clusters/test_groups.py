"""Scores of clusters measured once against scikit-learn's of every clustering."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from insiders.clusters import NOISE, Ground
from insiders.clusters.groups import Groups
from tests.insiders.clusters.blobs import blobs


def test_scores_are_scikit_learns() -> None:
    """Silhouette, Davies-Bouldin and Calinski-Harabasz of all cuts of a tree are scikit-learn's to 1e-6."""
    points, _ = blobs(spread=2.5)
    ground, plain = Ground(points, 0), points.astype("float64")
    cuts = [ground.ward(k) for k in range(2, 12)]
    groups = Groups(ground, cuts)
    for labels, rows in zip(cuts, groups.rows, strict=True):
        assert groups.silhouettes(labels, rows).mean() == pytest.approx(silhouette_score(plain, labels), abs=1e-6)
        assert groups.davies_bouldin(rows) == pytest.approx(davies_bouldin_score(plain, labels), rel=1e-9)
        assert groups.calinski_harabasz(rows) == pytest.approx(calinski_harabasz_score(plain, labels), rel=1e-9)


def test_a_cluster_found_twice_is_measured_once() -> None:
    """Neighbouring cuts of a tree differ in one cluster that falls into two: of all others there is one row."""
    points, _ = blobs()
    ground = Ground(points, 0)
    groups = Groups(ground, [ground.ward(k) for k in range(2, 12)])
    assert len(np.unique(np.concatenate(groups.rows))) == 2 + 2 * 9


def test_noise_has_no_silhouette_and_no_cluster() -> None:
    """Customers left out stand at 0, and the indices of the others are as if they were not there."""
    points, truth = blobs(spread=2.5)
    labels = truth.astype("int16")
    labels[::5] = NOISE
    groups = Groups(Ground(points, 0), [labels])
    kept = labels != NOISE
    assert (groups.silhouettes(labels, groups.rows[0])[~kept] == 0).all()
    expected = davies_bouldin_score(points[kept].astype("float64"), labels[kept])
    assert groups.davies_bouldin(groups.rows[0]) == pytest.approx(expected, rel=1e-9)
