"""Models on points whose groups are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from insiders.clusters import MODELS, NOISE, Ground, ground
from insiders.clusters.models import FROM_GROUND, gaussian_mixture, kmeans
from tests.insiders.clusters.blobs import blobs


@pytest.mark.parametrize("model", list(MODELS))
def test_every_model_finds_separate_groups(model: str) -> None:
    """Four groups far apart are found by every model, at k = 4."""
    points, truth = blobs()
    labels = MODELS[model](points, range(2, 7), 0)[4]
    kept = labels != NOISE
    assert kept.mean() > 0.9
    assert adjusted_rand_score(truth[kept], labels[kept]) > 0.98


@pytest.mark.parametrize("model", list(MODELS))
def test_models_repeat_by_seed(model: str) -> None:
    """The same seed gives the same labels for every k."""
    points, _ = blobs(spread=2.5)
    first, second = (MODELS[model](points, range(2, 6), 3) for _ in range(2))
    assert list(first) == list(second)
    for k, labels in first.items():
        np.testing.assert_array_equal(labels, second[k])


def test_one_start_from_wards_cut_is_as_good_as_many_drawn() -> None:
    """K-means from Ward's centres leaves no more within clusters, within 2 %, than the best of ten drawn starts."""
    points, _ = blobs(spread=3.0)
    labels = kmeans(Ground(points, 0), [6]).labels[6]
    inside = sum(((group - group.mean(axis=0)) ** 2).sum() for group in (points[labels == one] for one in range(6)))
    assert inside <= 1.02 * KMeans(6, n_init=10, random_state=0).fit(points).inertia_


def test_the_criterion_of_mixtures_is_best_at_the_true_number_of_groups() -> None:
    """The BIC of Gaussian mixtures on four separate normal groups is lowest at four; other models have none."""
    points, _ = blobs(spread=1.0)
    criterion = gaussian_mixture(Ground(points, 0), range(2, 8)).bic
    assert min(criterion, key=criterion.__getitem__) == 4
    assert all(not FROM_GROUND[model](Ground(points, 0), [4]).bic for model in MODELS if model != "gaussian_mixture")


def test_mixtures_begin_on_coordinates_in_any_units() -> None:
    """Sums of money beside a share, heavy tails and one nearly the double of the other, still give every k."""
    draws = np.random.default_rng(0)
    money = draws.lognormal(8, 2.5, 300)
    points = np.column_stack([money, 2 * money * (1 + 0.01 * draws.random(300)), draws.random(300)]).astype("float32")
    assert set(gaussian_mixture(Ground(points, 0), range(2, 8)).labels) == set(range(2, 8))


@pytest.mark.parametrize("model", list(MODELS))
def test_large_tables_are_labelled_from_a_sample(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """Beyond the full size every model works on a sample, and the others take the label of their nearest in it."""
    monkeypatch.setattr(ground, "FULL_SIZE", 900)
    points, truth = blobs(size=1500)
    labels = MODELS[model](points, range(2, 7), 0)[4]
    kept = labels != NOISE
    assert len(labels) == 1500
    assert kept.mean() > 0.9
    assert adjusted_rand_score(truth[kept], labels[kept]) > 0.98
