"""Segments: names from traits, the profile's contract, and the Insiders beside a plain sort."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import handoff
from insiders.clusters import NOISE
from insiders.segments import portrait, traits
from tests.insiders.demo_customers import customers


def by_value(parts: int) -> np.ndarray:
    """Labels by gross revenue: the last part spends most."""
    return pd.qcut(customers()["gross_revenue"], parts, labels=False).to_numpy().astype("int16")


def profiled(labels: np.ndarray, insiders: np.ndarray) -> pd.DataFrame:
    """The profile of those labels, every customer with a silhouette of 0.4 and unknown stability."""
    assigned = portrait.assign(customers(), labels, insiders)
    flat = np.full(len(customers()), 0.4)
    return portrait.profile(customers(), assigned, flat, flat * np.nan)


def test_profile_meets_its_contract_and_adds_up() -> None:
    """The profile is the hand-off table, ranked by value, and its shares sum to 1."""
    labels = by_value(5)
    table = handoff.check("segments", profiled(labels, labels == 4))
    assert table["value_rank"].tolist() == [1, 2, 3, 4, 5]
    assert table["mean_gross_revenue"].is_monotonic_decreasing
    assert table["is_insiders"].tolist() == [True, False, False, False, False]
    for share in ("customer_share", "revenue_share", "items_share"):
        assert table[share].sum() == pytest.approx(1)
    assert table["gross_revenue"].sum() == pytest.approx(customers()["gross_revenue"].sum())
    np.testing.assert_allclose(table["silhouette"], 0.4)
    assert table["stability"].isna().all()


@pytest.mark.parametrize("seed", range(4))
def test_names_are_unique_and_not_numbered(seed: int) -> None:
    """Even groups drawn by lot, all alike, have different names, and none has a number in it."""
    labels = np.random.default_rng(seed).integers(0, 12, len(customers())).astype("int16")
    assigned = portrait.assign(customers(), labels, labels == 3)
    assert assigned["segment"].nunique() == 12
    assert not assigned["segment"].str.contains(r"\d").any()


def test_groups_of_equal_customers_still_have_their_own_names() -> None:
    """Groups without any difference are told apart by a letter."""
    same = pd.concat([customers().head(1)] * 6, ignore_index=True)
    names = traits.names(same, pd.Series([0, 0, 1, 1, 2, 2]))
    assert len(set(names.values())) == 3


def test_names_say_what_the_customers_do() -> None:
    """Frequent recent spenders and customers long past their usual gap are called so."""
    table = customers().assign(
        recency_days=[1, 400] * (len(customers()) // 2) + [1] * (len(customers()) % 2),
        avg_gap_days=20.0,
    )
    groups = (table["recency_days"] > 100).astype(int)
    names = traits.names(table, groups)
    assert names[0].startswith("Active")
    assert names[1].startswith("Lapsed")


def test_clusters_of_the_insiders_become_one_segment() -> None:
    """Two clusters chosen together share the one name; noise has its own."""
    labels = by_value(5)
    labels[:3] = NOISE
    assigned = portrait.assign(customers(), labels, np.isin(labels, [3, 4]))
    assert assigned.loc[assigned["is_insider"], "segment"].unique().tolist() == [traits.INSIDERS]
    assert (assigned.loc[:2, "segment"] == traits.NOISE).all()
    assert assigned["segment"].nunique() == 5


def test_actions_follow_the_traits() -> None:
    """Valued customers who are overdue are reminded in person, worthless lapsed ones are left to mass mailings."""
    overdue = traits.action({"recency": "overdue", "frequency": "frequent", "value": "top value"}, 20, 0.0, 0.01)
    lapsed = traits.action({"recency": "lapsed", "frequency": "rare", "value": "lowest value"}, np.nan, 0.3, 0.01)
    assert "every 20 days" in overdue
    assert "personal" in overdue
    assert "Mass mailings" in lapsed
    assert "30 % of the value comes back" in lapsed


def test_plain_sort_holds_at_least_as_much_revenue() -> None:
    """As many customers by revenue are as many, hold no less revenue, and every share has its denominator."""
    chosen = (customers()["n_invoices"].rank(method="first", ascending=False) <= 30).to_numpy()
    buyers = pd.Series({"customers": 1000, "gross_revenue": 2e6, "items": 400_000})
    beside = portrait.beside_sort(customers(), chosen, buyers)
    ours, plain = beside.loc["Insiders"], beside.loc["as many by revenue"]
    revenue = customers().loc[chosen, "gross_revenue"].sum()
    assert ours["customers"] == plain["customers"] == 30
    assert plain["revenue_share"] >= ours["revenue_share"]
    assert ours["revenue_share"] == pytest.approx(revenue / customers()["gross_revenue"].sum())
    assert ours["revenue_share_of_buyers"] == pytest.approx(revenue / 2e6)
    assert ours["customers_share_of_buyers"] == pytest.approx(0.03)
    assert 0 < ours["overlap"] < 1


def test_plain_sort_against_itself_overlaps_fully() -> None:
    """The sort held against itself is the same group."""
    best = (customers()["gross_revenue"].rank(method="first", ascending=False) <= 20).to_numpy()
    buyers = pd.Series({"customers": 1000, "gross_revenue": 2e6, "items": 400_000})
    assert portrait.beside_sort(customers(), best, buyers)["overlap"].tolist() == [1, 1]


def test_what_the_insiders_leave_is_joined_where_it_is_too_small() -> None:
    """A cluster that keeps two customers joins the nearest other one; the Insiders keep their label."""
    points = np.array([[0.0]] * 50 + [[10.0]] * 40 + [[11.0]] * 10, "float32")
    labels = np.repeat([0, 1, 2], [50, 40, 10]).astype("int16")
    insiders = np.zeros(100, dtype=bool)
    insiders[91:99] = True
    found = portrait.remaining(labels, points, insiders, 0.05)
    assert found[~insiders].tolist() == [0] * 50 + [1] * 42
    assert labels.tolist() == np.repeat([0, 1, 2], [50, 40, 10]).tolist()
    none = np.zeros(100, dtype=bool)
    assert portrait.remaining(labels, points, none, 0.05).tolist() == labels.tolist()


def test_groups_side_by_side() -> None:
    """Every group names its share of customers and revenue, beside that of as many by a plain sort."""
    best = (customers()["gross_revenue"].rank(method="first", ascending=False) <= 20).to_numpy()
    buyers = pd.Series({"gross_revenue": 2 * customers()["gross_revenue"].sum()})
    table = portrait.beside(customers(), {"sort": best, "others": ~best}, buyers).to_dict("index")
    sort, others = table["sort"], table["others"]
    assert sort["revenue_share"] == pytest.approx(sort["sort_share"])
    assert others["revenue_share"] < others["sort_share"]
    assert sort["revenue_share"] + others["revenue_share"] == pytest.approx(1)
    assert sort["revenue_share_of_buyers"] == pytest.approx(sort["revenue_share"] / 2)
    assert (sort["jaccard"], others["jaccard"]) == (1, 0)
