"""Clusterings on points whose groups are known, and scores against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_samples, silhouette_score

from insiders import clusters
from insiders.clusters import MODELS, NOISE, Cut, compare
from insiders.spaces import Points


def blobs(size: int = 240, centres: int = 4, spread: float = 0.4) -> tuple[Points, np.ndarray]:
    """Well separated groups in three dimensions, and who belongs to which."""
    points, truth = make_blobs(size, 3, centers=centres, cluster_std=spread, center_box=(-12, 12), random_state=5)
    return points.astype("float32"), truth


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


@pytest.mark.parametrize("k", [2, 4, 7])
def test_silhouettes_equal_scikit_learns(k: int) -> None:
    """Silhouettes from the one distance matrix are those of scikit-learn, also of a cluster of one."""
    points, _ = blobs(spread=2.0)
    labels = MODELS["ward"](points, [k], 0)[k].copy()
    labels[0] = k
    sample, distances = clusters.distances_from_sample(points, 0)
    np.testing.assert_allclose(
        clusters.silhouettes(labels, sample, distances), silhouette_samples(points, labels), atol=1e-4
    )
    np.testing.assert_allclose(
        clusters.silhouettes_of_all(points, labels), silhouette_samples(points, labels), atol=1e-4
    )


def test_noise_counts_as_zero_in_the_silhouette() -> None:
    """A clustering that leaves half of the customers out cannot have a mean silhouette above one half."""
    points, truth = blobs(centres=2, spread=0.1)
    labels = truth.astype("int16")
    labels[::2] = NOISE
    sample, distances = clusters.distances_from_sample(points, 0)
    widths = clusters.silhouettes(labels, sample, distances)
    assert (widths[::2] == 0).all()
    assert widths.mean() == pytest.approx(0.5 * silhouette_score(points[1::2], truth[1::2]), abs=0.01)


def test_dbscan_reports_its_noise() -> None:
    """Points far from every group are noise, and the scores say how many they are."""
    points, _ = blobs()
    lonely = np.array([[40, 40, 40], [-40, 40, -40], [40, -40, 0]], "float32")
    scores = compare({"blobs": np.vstack([points, lonely])}, ["dbscan"], range(2, 7), seed=0).scores
    assert scores.set_index("k")["noise_share"].loc[4] >= 3 / 243


def test_comparison_has_a_row_per_space_model_and_k() -> None:
    """Scores and labels agree on what was clustered, and the best k of separate groups is theirs."""
    points, _ = blobs()
    result = compare({"one": points, "two": points[:, :2]}, ["kmeans", "ward"], range(2, 8), seed=0)
    assert len(result.scores) == 2 * 2 * 6
    for space, model in result.labels:
        rows = result.scores[(result.scores["space"] == space) & (result.scores["model"] == model)]
        assert list(result.labels[space, model]) == rows["k"].tolist()
    one = result.scores[(result.scores["space"] == "one") & (result.scores["model"] == "ward")]
    assert one.loc[one["silhouette"].idxmax(), "k"] == 4
    assert (one["smallest"] / 240 == one["smallest_share"]).all()
    assert (one["silhouette_error"] == 0).all()


def test_large_tables_are_sampled_with_the_error_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the full size the silhouette is a mean over a sample, with its error, near the exact one."""
    points, _ = blobs(size=1500, spread=3.0)
    exact = silhouette_score(points, MODELS["ward"](points, [4], 0)[4])
    monkeypatch.setattr(clusters, "FULL_SIZE", 900)
    row = compare({"blobs": points}, ["ward"], [4], seed=0).scores.iloc[0]
    assert 0 < row["silhouette_error"] < 0.05
    assert abs(row["silhouette"] - exact) < 0.1
    apart, truth = blobs(size=1500)
    assert adjusted_rand_score(truth, MODELS["ward"](apart, [4], 0)[4]) > 0.98


def test_a_cut_answers_for_the_labels_it_was_given() -> None:
    """The dress for yellowbrick gives back, for each k, the labels computed before."""
    cuts = {2: np.array([0, 1, 1], "int16"), 3: np.array([0, 1, 2], "int16")}
    cut = Cut(cuts, 2)
    points = np.zeros((3, 2), "float32")
    assert cut.fit(points).predict(points).tolist() == [0, 1, 1]
    assert cut.set_params(n_clusters=3).fit(points).labels_.tolist() == [0, 1, 2]
