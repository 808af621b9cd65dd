"""Stability: high where groups are real, low where they are cut out of a cloud."""

from __future__ import annotations

import numpy as np

from insiders.clusters import MODELS
from insiders.segments.stability import agreement, over_seeds, stability
from tests.insiders.clusters.blobs import blobs
from tests.insiders.demo_customers import customers


def test_separate_groups_are_stable_and_a_cloud_is_not() -> None:
    """Groups far apart survive every resample; a round cloud cut into six does not."""
    points, _ = blobs()
    firm = stability(points, MODELS["kmeans"](points, [4], 0)[4], "kmeans", seed=0, resamples=8)
    cloud = np.random.default_rng(0).normal(size=(240, 3)).astype("float32")
    loose = stability(cloud, MODELS["kmeans"](cloud, [6], 0)[6], "kmeans", seed=0, resamples=8)
    assert firm.min() > 0.99
    assert loose.mean() < 0.75


def test_a_wrong_grouping_is_not_called_stable() -> None:
    """Labels that the model would never find match no resample well."""
    points, truth = blobs()
    shuffled = np.random.default_rng(1).permutation(truth).astype("int16")
    assert stability(points, shuffled, "ward", seed=0, resamples=5).max() < 0.5


def test_agreement_is_full_for_separate_groups_and_low_for_a_cloud() -> None:
    """Groups far apart are found again on every subsample and seed; the parts of a cloud move."""
    points, _ = blobs()
    firm = agreement(points, MODELS["ward"](points, [4], 0)[4], "ward", seed=0, resamples=3)
    assert firm["kind"].value_counts().to_dict() == {"seed": 3, "subsample": 3}
    assert firm["adjusted_rand"].min() > 0.99
    cloud = np.random.default_rng(0).normal(size=(240, 3)).astype("float32")
    loose = agreement(cloud, MODELS["ward"](cloud, [6], 0)[6], "ward", seed=0, resamples=3)
    assert loose.loc[loose["kind"] == "subsample", "adjusted_rand"].max() < 0.9


def test_another_number_of_clusters_is_no_agreement() -> None:
    """Where the model finds another number of clusters than the labels have, the index is 0."""
    points, _ = blobs()
    labels = (np.arange(240) % 60).astype("int16")
    assert (agreement(points, labels, "dbscan", seed=0, resamples=1)["adjusted_rand"] == 0).all()


def test_a_space_without_chance_gives_the_same_insiders_under_every_seed() -> None:
    """Principal components and Ward have no seed: every repetition returns the group, with its size and share."""
    every = over_seeds(
        customers(),
        np.zeros(len(customers()), bool),
        space="pca",
        model="ward",
        k=4,
        k_range=[4],
        by="revenue",
        leaf_metric="hamming",
        seeds=[1, 2],
    )
    assert every["seed"].tolist() == [1, 2]
    assert every["insiders"].nunique() == 1
    assert every["insiders"].iloc[0] > 0
    assert (every["jaccard"] == 0).all()
    assert every["revenue_share"].between(0, 1, inclusive="neither").all()
