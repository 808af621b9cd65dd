"""Scores against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples, silhouette_score

from insiders.clusters import MODELS, NOISE, Ground, ground, silhouettes, silhouettes_of_all
from tests.insiders.clusters.blobs import blobs


@pytest.mark.parametrize("k", [2, 4, 7])
def test_silhouettes_equal_scikit_learns(k: int) -> None:
    """Silhouettes from the one distance matrix are those of scikit-learn, also of a cluster of one."""
    points, _ = blobs(spread=2.0)
    labels = MODELS["ward"](points, [k], 0)[k].copy()
    labels[0] = k
    expected = silhouette_samples(points, labels)
    np.testing.assert_allclose(silhouettes(labels, Ground(points, 0).distances), expected, atol=1e-4)
    np.testing.assert_allclose(silhouettes_of_all(points, labels), expected, atol=1e-4)


def test_noise_counts_as_zero_in_the_silhouette() -> None:
    """A clustering that leaves half of the customers out cannot have a mean silhouette above one half."""
    points, truth = blobs(centres=2, spread=0.1)
    labels = truth.astype("int16")
    labels[::2] = NOISE
    widths = silhouettes(labels, Ground(points, 0).distances)
    assert (widths[::2] == 0).all()
    assert widths.mean() == pytest.approx(0.5 * silhouette_score(points[1::2], truth[1::2]), abs=0.01)


def test_silhouettes_of_many_come_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the full size each customer is measured against a sample, near the exact figure on the average."""
    points, _ = blobs(size=1500, spread=3.0)
    labels = MODELS["ward"](points, [4], 0)[4]
    exact = silhouette_samples(points, labels)
    monkeypatch.setattr(ground, "FULL_SIZE", 500)
    sampled = silhouettes_of_all(points, labels)
    assert len(sampled) == 1500
    assert np.abs(sampled - exact).max() > 1e-4
    assert np.abs(sampled - exact).mean() < 0.05


def test_a_cluster_that_the_sample_misses_has_no_silhouette(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is alone in a cluster that no sampled customer is in stands at 0, and nobody else is pulled to it."""
    points, truth = blobs(size=600)
    monkeypatch.setattr(ground, "FULL_SIZE", 300)
    sampled = Ground(points, 0).sample
    missed = np.setdiff1d(np.arange(600), sampled)[0]
    labels = truth.astype("int16")
    labels[missed] = 4
    widths = silhouettes_of_all(points, labels)
    assert widths[missed] == 0
    assert widths[sampled].min() > 0.5
