"""Insiders chosen again: by policy and by the best cluster, and how firm the segments are."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from insiders.findings import stability
from insiders.findings.finding import Finding
from insiders.membership import standing
from insiders.membership.hysteresis import PLAIN
from insiders.membership.standing import Standing
from tests.insiders.demo_lines import history, regulars
from tests.insiders.groupings import grouping

PROCEDURE = {"space": "scaled", "model": "kmeans", "k": None, "k_range": range(2, 6), "by": "revenue"}


@pytest.fixture(scope="module")
def members() -> Standing:
    """The membership by revenue."""
    return standing.standing(history(), "revenue", PLAIN, share=0.1, reviews=1, seed=1)


@pytest.fixture(scope="module")
def found(members: Standing) -> Finding:
    """Three repetitions of the policy, one of the cluster, no consensus."""
    cluster = (regulars()["gross_revenue"] > 1e9).to_numpy()
    group = {"group": grouping(cluster, cluster), "appearance": regulars()[["customer_id"]]}
    asked = {**group, "repetitions": 3, "refits": 1, "rounds": 0, "leaf_metric": "hamming", "seed": 1}
    known = stability.by_policy(history(), members)
    return stability.of_insiders(regulars(), known, members, PROCEDURE, cluster, **asked)  # type: ignore[arg-type]


def test_a_plain_policy_has_no_seed(found: Finding) -> None:
    """With another seed the policy chooses the same customers; a cluster that is another group is called so."""
    table = found.data["insiders_stability"]
    policy = table[table["way"] == "policy revenue"]
    assert (policy.loc[policy["kind"] == "seed", "jaccard"] == 1).all()
    assert policy.loc[policy["kind"] == "subsample", "jaccard"].between(0.5, 1).all()
    assert found.metrics["cluster_stability"][0] == 0
    assert "Not reached by: " in found.text


def test_the_policy_chooses_among_whom_it_is_given(members: Standing) -> None:
    """Of half of the customers it takes its share of the half, those with the highest revenue."""
    people, choose = stability.by_policy(history(), members)
    half = people.iloc[::2].reset_index(drop=True)
    flags = choose(half, 1)
    assert flags.sum() == round(0.1 * len(half))
    assert half.loc[flags, "gross_revenue"].min() >= half.loc[~flags, "gross_revenue"].max()


def test_segments_are_read_with_their_weakest() -> None:
    """The weakest segment is named, and the weakest cluster for every number of clusters."""
    profile = pd.DataFrame(
        {"segment": ["Insiders", "Rare", "Often"], "is_insiders": [True, False, False], "stability": [np.nan, 0.5, 0.9]}
    )
    firm = pd.DataFrame({"k": [3], "weakest": [0.5], "mean": [0.7], "smallest_share": [0.1]})
    group = grouping(*2 * [(regulars()["n_items"] > 100).to_numpy()])
    text = stability.of_segments(profile, firm, group, 20)
    assert "“Rare” with 0.50" in text
    assert "0.50 (k = 3)" in text
    nothing = stability.of_segments(profile.assign(stability=np.nan), firm, group, 20)
    assert "not drawn again" in nothing


def test_samples_of_very_many_customers_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limits the text says among how many the segments were drawn, and what a forest learns from."""
    profile = pd.DataFrame({"segment": ["Rare"], "is_insiders": [False], "stability": [0.5]})
    firm = pd.DataFrame({"k": [3], "weakest": [0.5], "mean": [0.7], "smallest_share": [0.1]})
    group = grouping(*2 * [(regulars()["n_items"] > 100).to_numpy()])
    assert "resamples in the space" in stability.of_segments(profile, firm, group, 20)
    assert stability._learnt(37_500) == ""
    assert "from 30,000 customers drawn by lot" in stability._learnt(37_502)
    monkeypatch.setattr(stability, "FULL_SIZE", 100)
    assert "resamples among a sample of 100 customers in the" in stability.of_segments(profile, firm, group, 20)


def test_the_weakest_segment_is_a_figure_for_a_gate() -> None:
    """Of the segments beside the Insiders the least firm counts; where none was measured the figure is 0."""
    profile = pd.DataFrame({"is_insiders": [True, False, False], "stability": [0.2, 0.5, np.nan]})
    assert stability.weakest(profile) == 0.5
    assert stability.weakest(profile.assign(stability=np.nan)) == 0


def test_the_published_group_answers_for_itself(members: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its own mode the metric is that of the published method, tried with other customers as well as other seeds."""

    def wobbling(customers: pd.DataFrame, appearance: pd.DataFrame, *, seed: int) -> SimpleNamespace:
        del appearance, seed
        first = customers["customer_id"].iloc[0]
        return SimpleNamespace(is_insider=(customers["customer_id"] == first).to_numpy())

    monkeypatch.setattr(stability, "classic", wobbling)
    cluster = (regulars()["gross_revenue"] > 1e9).to_numpy()
    group = {"group": replace(grouping(cluster, cluster), method="classic"), "appearance": regulars()[["customer_id"]]}
    asked = {**group, "repetitions": 3, "refits": 9, "rounds": 0, "leaf_metric": "hamming", "seed": 1}
    known = stability.by_policy(history(), members)
    found = stability.of_insiders(regulars(), known, members, PROCEDURE, cluster, **asked)  # type: ignore[arg-type]
    table = found.data["insiders_stability"]
    own = table[table["way"] == "published method"].groupby("kind")["jaccard"].min()
    assert own["seed"] == 1
    assert own["subsample"] == found.metrics["insiders_stability"][0] == 0
