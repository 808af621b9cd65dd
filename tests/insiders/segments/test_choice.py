"""The rules by which k and the Insiders are chosen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.clusters import NOISE, Comparison, compare, ground
from insiders.errors import AnalysisError
from insiders.segments import choice
from tests.insiders.clusters.blobs import blobs


def worths(*sizes_and_worths: tuple[int, float]) -> tuple[np.ndarray, pd.Series]:
    """Labels and worth of clusters of the given sizes and worth per customer."""
    sizes = [size for size, _ in sizes_and_worths]
    labels = np.repeat(np.arange(len(sizes)), sizes).astype("int16")
    return labels, pd.Series(np.repeat([float(worth) for _, worth in sizes_and_worths], sizes))


def scores(**columns: list[float]) -> pd.DataFrame:
    """Scored clusterings of one model in one space."""
    size = len(columns["k"])
    return pd.DataFrame({"space": ["pca"] * size, "model": ["ward"] * size, **columns})


def test_the_insiders_are_the_cluster_worth_most() -> None:
    """The cluster of the highest mean worth is taken, not the largest one."""
    labels, worth = worths((80, 1), (10, 50), (10, 3))
    np.testing.assert_array_equal(choice.insiders(labels, worth), labels == 1)


def test_a_handful_of_outliers_is_joined_by_the_next_cluster() -> None:
    """Where the best cluster holds less than the least share, the next one joins it, so nobody better is left out."""
    labels, worth = worths((2, 1000), (90, 1), (8, 50))
    np.testing.assert_array_equal(choice.insiders(labels, worth, 0.05), labels != 1)


def test_a_cluster_of_exactly_the_least_share_is_enough() -> None:
    """Five of a hundred customers are 5 %."""
    labels, worth = worths((5, 1000), (95, 1))
    assert choice.insiders(labels, worth, 0.05).sum() == 5


def test_noise_is_never_chosen() -> None:
    """Customers who belong to no cluster are no segment, however much they spend."""
    labels, worth = worths((10, 1000), (10, 50), (80, 1))
    labels = np.where(labels == 0, NOISE, labels).astype("int16")
    np.testing.assert_array_equal(choice.insiders(labels, worth), labels == 1)


def test_worth_by_recency_and_value_needs_both() -> None:
    """A big spender who has gone and a small one who was just here are worth less than who has both."""
    customers = pd.DataFrame({"gross_revenue": [900.0, 5.0, 800.0, 6.0], "recency_days": [300, 2, 3, 250]})
    assert choice.WORTH["recency_value"](customers).idxmax() == 2


def test_the_smallest_k_near_the_best_is_chosen_among_the_good() -> None:
    """The best score belongs to too large a group (3); 5 and 8 are alike and good, so 5 is taken."""
    table = scores(
        k=[3, 5, 8, 9],
        silhouette=[0.9, 0.49, 0.50, 0.8],
        insiders_share=[0.4, 0.1, 0.09, 0.08],
        least_share=[0.2, 0.05, 0.03, 0.001],
    )
    chosen = choice.choose(table, "pca", "ward", None)
    assert chosen.k == 5
    assert "k = 5 and 8" in chosen.reason


def test_without_a_good_k_the_nearest_is_chosen_and_said() -> None:
    """Where no k gives a group of the right size, the nearest to the middle is taken and the reason says so."""
    table = scores(k=[2, 3], silhouette=[0.5, 0.4], insiders_share=[0.6, 0.2], least_share=[0.4, 0.1])
    chosen = choice.choose(table, "pca", "ward", None)
    assert chosen.k == 3
    assert chosen.reason.startswith("No k gives")


def test_a_k_asked_for_is_taken() -> None:
    """A parameter overrules the rule."""
    table = scores(k=[2, 3], silhouette=[0.5, 0.4], insiders_share=[0.6, 0.1], least_share=[0.4, 0.1])
    assert choice.choose(table, "pca", "ward", 2).k == 2


def test_a_k_that_no_clustering_has_is_refused_with_those_there_are() -> None:
    """DBSCAN finds its own numbers of clusters; another one is an error that lists them."""
    table = scores(k=[2, 3], silhouette=[0.5, 0.4], insiders_share=[0.6, 0.1], least_share=[0.4, 0.1])
    with pytest.raises(AnalysisError, match="it has 2 and 3"):
        choice.choose(table, "pca", "ward", 7)
    with pytest.raises(AnalysisError, match="found no clusters"):
        choice.choose(table, "pca", "dbscan", None)


def test_candidates_tell_the_group_of_every_clustering() -> None:
    """Sizes and revenue shares of the Insiders are those of the cluster worth most."""
    labels, worth = worths((80, 1), (15, 50), (5, 4))
    customers = pd.DataFrame({"gross_revenue": worth, "n_invoices": 1, "recency_days": 1})
    comparison = Comparison(scores(k=[3], silhouette=[0.4]), {("pca", "ward"): {3: labels}})
    row = choice.candidates(comparison, customers, "revenue").iloc[0]
    assert row["insiders"] == 15
    assert row["insiders_share"] == pytest.approx(0.15)
    assert row["insiders_revenue_share"] == pytest.approx(750 / 850)
    assert row["least_share"] == pytest.approx(0.05)


def test_elsewhere_holds_the_group_against_other_spaces() -> None:
    """The same labels under another space's name are the same Insiders; other labels are not."""
    labels, worth = worths((80, 1), (10, 50), (10, 4))
    customers = pd.DataFrame({"gross_revenue": worth, "n_invoices": 1, "recency_days": 1})
    one, two = scores(k=[3], silhouette=[0.4]), scores(k=[3], silhouette=[0.3]).assign(space="scaled")
    comparison = Comparison(
        pd.concat([one, two], ignore_index=True),
        {("pca", "ward"): {3: labels}, ("scaled", "ward"): {3: np.roll(labels, 5)}},
    )
    table = choice.candidates(comparison, customers, "revenue")
    found = choice.elsewhere(comparison, table, customers, "revenue", "ward", labels == 1)
    assert found["jaccard"].loc["pca"] == 1
    assert found["jaccard"].loc["scaled"] < 0.6


def test_firm_groups_come_back() -> None:
    """Four groups that lie apart are found again in every resample; eight parts of them are not."""
    points, _ = blobs(160)
    cuts = compare({"a": points}, ["kmeans"], range(3, 9), seed=0).labels["a", "kmeans"]
    found = choice.firmness(points, cuts, "kmeans", seed=0, resamples=5).set_index("k").to_dict("index")
    assert found[4]["weakest"] > 0.95
    assert found[8]["weakest"] < 0.8
    assert found[4]["smallest_share"] == pytest.approx(0.25)


def test_the_firmness_of_many_is_that_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the full size only those count whom the models were fitted to; shares are of all customers."""
    points, _ = blobs(800)
    monkeypatch.setattr(ground, "FULL_SIZE", 200)
    cuts = compare({"a": points}, ["kmeans"], range(3, 6), seed=0).labels["a", "kmeans"]
    among = np.isin(np.arange(800), ground.sampled(800, 0))
    others_mixed = {k: np.where(among, labels, 0).astype("int16") for k, labels in cuts.items()}
    found = choice.firmness(points, others_mixed, "kmeans", seed=0, resamples=3).set_index("k").to_dict("index")
    assert among.sum() == 200
    assert found[4]["weakest"] > 0.95
    assert found[4]["smallest_share"] == pytest.approx(0.25 / 4, abs=0.02)


def firm(*weakest: float, smallest: float = 0.1) -> pd.DataFrame:
    """Firmness of k = 3, 4, 5 and so on."""
    rows = [(3 + place, value, value, smallest) for place, value in enumerate(weakest)]
    return pd.DataFrame(rows, columns=["k", "weakest", "mean", "smallest_share"])


def test_the_largest_firm_number_of_segments_is_taken() -> None:
    """Five clusters are firm enough, six are not, so there are five."""
    assert choice.segments_of(firm(0.9, 0.8, 0.61, 0.5), "scaled", "kmeans", None).k == 5


def test_where_nothing_is_firm_the_nearest_is_taken_and_said() -> None:
    """The least bad number is taken, and the reason says that none is good."""
    chosen = choice.segments_of(firm(0.5, 0.55, 0.4), "scaled", "kmeans", None)
    assert chosen.k == 4
    assert "no number of segments" in chosen.reason


def test_a_tiny_segment_is_no_segment() -> None:
    """However firm, a clustering whose smallest cluster nobody would write to is not taken."""
    assert "no number" in choice.segments_of(firm(0.9, smallest=0.01), "scaled", "kmeans", None).reason


def test_the_number_asked_for_is_taken_or_refused() -> None:
    """A k that was asked for is taken, firm or not; one that the model has not is refused."""
    assert choice.segments_of(firm(0.5, 0.4), "scaled", "dbscan", 4).k == 4
    with pytest.raises(AnalysisError, match="k = 8"):
        choice.segments_of(firm(0.5), "scaled", "dbscan", 8)
    with pytest.raises(AnalysisError, match="3 to 8 clusters"):
        choice.segments_of(firm(), "scaled", "dbscan", None)
