"""Sentences of the clustering notebook: computed, and true for the tables they read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from insiders.readings import segments as readings
from insiders.segments import portrait
from insiders.segments.choice import Choice
from insiders.spaces import Space
from tests.insiders.demo_customers import customers

NOWHERE = np.zeros((2, 2), "float32")


def forest(name: str, *, sees_revenue: bool) -> Space:
    """A space of two customers whose forest looks at the pieces first."""
    weights = pd.Series({"n_items": 0.75, "recency_days": 0.25})
    return Space(name, NOWHERE, NOWHERE, ("x", "y"), weights, sees_revenue=sees_revenue, how="leaves")


def candidates(**columns: list[float]) -> pd.DataFrame:
    """Clusterings of one space by one model, whose Insiders are one cluster unless said otherwise."""
    rows = pd.DataFrame({"space": "pca", "model": "ward", "insiders_clusters": 1, **columns})
    return rows.assign(insiders_revenue_share=0.5)


def test_only_a_forest_fitted_on_revenue_is_called_circular() -> None:
    """The warning stands with the space that was told the revenue, and not with the other."""
    told = readings.importance_reading({"a": forest("a", sees_revenue=True)})
    untold = readings.importance_reading({"b": forest("b", sees_revenue=False)})
    assert "`n_items`, carries 75 %" in told
    assert "no evidence of natural groups" in told
    assert "no evidence" not in untold
    assert "nothing about money" in untold


@pytest.mark.parametrize(("error", "said"), [(0.0, "All are exact"), (0.012, "standard errors up to 0.012")])
def test_sampled_silhouettes_are_read_with_their_error(error: float, said: str) -> None:
    """The best score of each space is named; whether it is exact depends on the table."""
    scores = pd.DataFrame(
        {"space": ["pca", "pca"], "model": "ward", "k": [2, 3], "silhouette": [0.2, 0.3], "silhouette_error": error}
    )
    text = readings.scores_reading(scores)
    assert "0.300 in `pca` (ward, k = 3)" in text
    assert said in text


def test_joined_clusters_are_said() -> None:
    """Where two clusters make the Insiders, the sentence says so and counts the segments that remain."""
    chosen = Choice("pca", "ward", 4, "Because.")
    one = candidates(k=[4], silhouette=[0.4], insiders_share=[0.1])
    assert "make the Insiders together" not in readings.choice_reading(chosen, one)
    two = readings.choice_reading(chosen, one.assign(insiders_clusters=2))
    assert "2 most valuable clusters make the Insiders together" in two
    assert "3 segments remain" in two


def test_every_share_of_the_insiders_names_its_denominator() -> None:
    """Shares of segmented customers and of all identified buyers stand side by side with the plain sort's."""
    chosen = (customers()["n_items"].rank(method="first", ascending=False) <= 25).to_numpy()
    labels = chosen.astype("int16")
    flat = np.full(len(customers()), 0.3)
    profile = portrait.profile(customers(), portrait.assign(customers(), labels, chosen), flat, flat)
    buyers = pd.Series({"customers": 500, "gross_revenue": 1e6, "items": 200_000})
    beside = portrait.beside_sort(customers(), chosen, buyers)
    text = readings.insiders_reading(beside, profile, "€")
    assert "**25 Insiders** are 10.0 % of the segmented customers and 5.0 % of all identified buyers" in text
    assert (
        f"{100 * beside['revenue_share'].loc['as many by revenue']:.1f} % of the segmented customers' revenue" in text
    )
    assert "€" in text


def test_the_best_silhouette_names_its_k_and_its_noise() -> None:
    """A cell is the best score of a space and model, with k, and the noise where there is any."""
    rows = [("pca", "ward", 2, 0.2, 0.0), ("pca", "ward", 3, 0.3, 0.0), ("pca", "dbscan", 4, 0.1, 0.25)]
    scores = pd.DataFrame([*rows, ("scaled", "ward", 2, 0.5, 0.0)])
    scores.columns = pd.Index(["space", "model", "k", "silhouette", "noise_share"])
    table = readings.best_silhouettes(scores)
    assert table.loc["pca", "ward"] == "0.300 at 3"
    assert table.loc["pca", "dbscan"] == "0.100 at 4 (25 % noise)"
    assert table.loc["scaled", "dbscan"] == "–"


def test_the_number_of_segments_is_given_with_its_reason() -> None:
    """The sentence holds the choice's reason and the number that is firmest on average."""
    firm = pd.DataFrame({"k": [3, 4], "weakest": [0.7, 0.8], "mean": [0.9, 0.85], "smallest_share": 0.1})
    text = readings.firmness_reading(Choice("scaled", "kmeans", 4, "k = 4: Because."), firm)
    assert "**kmeans in `scaled`.** k = 4: Because." in text
    assert "firmest on average is k = 3 (0.90)" in text


def test_the_profile_has_a_column_per_segment() -> None:
    """A reader finds every segment with its shares, in percent of what the row says."""
    best = (customers()["gross_revenue"].rank(method="first", ascending=False) <= 20).to_numpy()
    flat = np.full(len(customers()), 0.3)
    assigned = portrait.assign(customers(), best.astype("int16"), best)
    table = readings.profile_table(portrait.profile(customers(), assigned, flat, flat), "€")
    assert table.columns[0] == "Insiders"
    assert table.loc["customers", "Insiders"] == "20"
    assert table.loc["of all segmented customers", "Insiders"] == f"{100 * 20 / len(customers()):.1f} %"


def test_an_approximation_is_said() -> None:
    """A space made of a sample says so."""
    space = forest("a", sees_revenue=False)
    assert "Approximation" not in readings.spaces_reading({"a": space})
    sampled = replace(space, approximation="made of a sample")
    assert "Approximation: made of a sample." in readings.spaces_reading({"a": sampled})


def test_no_other_space_is_said() -> None:
    """Where the model finds clusters in one space only, there is nothing to hold it against."""
    table = pd.DataFrame({"insiders_share": [0.1], "insiders_revenue_share": [0.5], "jaccard": [1.0]}, index=["pca"])
    assert "no other space" in readings.elsewhere_reading(table, "pca")
