"""The comparison: a row per space, model and k, with scores that agree with the labels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from insiders.clusters import MODELS, compare, ground
from tests.insiders.clusters.blobs import blobs


def test_dbscan_and_hdbscan_report_their_noise() -> None:
    """Points far from every group are noise, and the scores say how many they are."""
    points, _ = blobs()
    lonely = np.array([[40, 40, 40], [-40, 40, -40], [40, -40, 0]], "float32")
    scores = compare({"blobs": np.vstack([points, lonely])}, ["dbscan", "hdbscan"], range(2, 7), seed=0).scores
    assert (scores.set_index("k")["noise_share"].loc[4] >= 3 / 243).all()


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
    assert one["bic"].isna().all()
    assert result.approximation == ""


def test_large_tables_are_sampled_with_the_error_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the full size the scores are those of a sample, with an error, near the exact ones, and it is said."""
    points, _ = blobs(size=1500, spread=3.0)
    exact = silhouette_score(points, MODELS["ward"](points, [4], 0)[4])
    monkeypatch.setattr(ground, "FULL_SIZE", 900)
    result = compare({"blobs": points}, ["ward"], [4], seed=0)
    row = result.scores.iloc[0]
    assert 0 < row["silhouette_error"] < 0.05
    assert abs(row["silhouette"] - exact) < 0.1
    assert len(result.labels["blobs", "ward"][4]) == 1500
    assert row["smallest"] == np.bincount(result.labels["blobs", "ward"][4]).min()
    assert "a sample of 900 of 1,500 customers" in result.approximation


def test_each_space_has_one_linkage_and_one_distance_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many models and k there are, a space is linked once and its distances are computed once."""
    points, _ = blobs()
    calls = {"linkage": 0, "pairwise_distances": 0}
    for name in calls:
        plain = getattr(ground, name)

        def counted(*args: object, name: str = name, plain: object = plain, **options: object) -> object:
            calls[name] += 1
            return plain(*args, **options)  # type: ignore[operator]

        monkeypatch.setattr(ground, name, counted)
    compare({"one": points, "two": points[:, :2]}, tuple(MODELS), range(2, 12), seed=0)
    assert calls == {"linkage": 2, "pairwise_distances": 2}
