"""Sentences of the clustering notebook: computed, and true for the tables they read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import segments
from insiders.choice import Choice
from insiders.readings import segments as readings
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
    profile = segments.profile(customers(), segments.assign(customers(), labels, chosen), flat, flat)
    buyers = pd.Series({"customers": 500, "gross_revenue": 1e6, "items": 200_000})
    beside = segments.beside_sort(customers(), chosen, buyers)
    text = readings.insiders_reading(beside, profile, "€")
    assert "**25 Insiders** are 10.0 % of the segmented customers and 5.0 % of all identified buyers" in text
    assert (
        f"{100 * beside['revenue_share'].loc['as many by revenue']:.1f} % of the segmented customers' revenue" in text
    )
    assert "€" in text


@pytest.mark.parametrize(("precision", "verdict"), [(0.99, "nearly the same group"), (0.80, "approximation")])
def test_a_poor_rule_is_called_an_approximation(precision: float, verdict: str) -> None:
    """Below 95 % of precision or recall the sentence says that the rule is not the group."""
    rules = pd.DataFrame({"rule": ["at least 5 invoices"], "precision": precision, "recall": 0.98, "customers": 40})
    text = readings.rule_reading(rules)
    assert "at least 5 invoices" in text
    assert verdict in text


@pytest.mark.parametrize(("lowest", "verdict"), [(0.95, "does not hang on the seed"), (0.4, "hangs on the seed")])
def test_a_group_that_changes_with_the_seed_is_said_to(lowest: float, verdict: str) -> None:
    """The verdict follows the lowest similarity over the seeds."""
    profile = pd.DataFrame(
        {"segment": ["Insiders", "Rare"], "is_insiders": [True, False], "stability": [0.9, 0.7]},
    )
    seeds = pd.DataFrame({"seed": [1, 2], "insiders": [20, 30], "jaccard": [1.0, lowest]})
    text = readings.stability_reading(profile, seeds)
    assert verdict in text
    assert "“Rare” with 0.70" in text
    assert "20 and 30 Insiders" in text


def test_no_other_space_is_said() -> None:
    """Where the model finds clusters in one space only, there is nothing to hold it against."""
    table = pd.DataFrame({"insiders_share": [0.1], "insiders_revenue_share": [0.5], "jaccard": [1.0]}, index=["pca"])
    assert "no other space" in readings.elsewhere_reading(table, "pca")
