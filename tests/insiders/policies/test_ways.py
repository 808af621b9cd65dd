"""Policies: every one scores everybody, from the past alone."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from insiders import demo_shop
from insiders.customers import by_lot
from insiders.customers.in_memory import Loaded
from insiders.customers.snapshots import Snapshot, bet_days, snapshots
from insiders.errors import AnalysisError
from insiders.policies import ways
from insiders.policies.ways import POLICIES, rfm
from insiders.transactions import prepare

LEARNING = ("neighbours", "forest", "boosting", "hybrid")


@lru_cache(maxsize=1)
def snapshot() -> Snapshot:
    """The last day to bet on in a small generated shop."""
    sold = prepare(demo_shop.generate(customers=350, seed=7, quirks=False), min_days=1).transactions
    history = Loaded(sold)
    return next(iter(snapshots(history, bet_days(history, number=1))))


@lru_cache
def scored(name: str) -> np.ndarray:
    """The policy's score of that snapshot."""
    return POLICIES[name].score(snapshot(), 3)


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_scores_everybody_alike_each_time(name: str) -> None:
    """A policy gives each customer a finite score, not one for all, and the same with the same seed."""
    score = scored(name)
    assert score.shape == (len(snapshot().customers),)
    assert np.isfinite(score).all()
    assert len(np.unique(score)) > 2
    if name != "cluster":  # its layouts take seconds, and spaces have a test of their seeds
        assert (POLICIES[name].score(snapshot(), 3) == score).all()


@pytest.mark.parametrize("name", [name for name, policy in POLICIES.items() if policy.money])
def test_expected_revenue_is_money(name: str) -> None:
    """Policies that say so score in money: nobody's is negative beyond returns, and the sum is of the right size."""
    score = scored(name)
    usual = snapshot().lessons().groupby("day")["later_revenue"].mean().mean()
    assert usual / 3 < score.mean() < 3 * usual


@pytest.mark.parametrize("name", LEARNING)
def test_policies_that_learn_refuse_too_few_lessons(name: str) -> None:
    """Where the earlier periods have too few customers, the policy says so instead of guessing."""
    untaught = replace(snapshot(), learn=lambda _: snapshot().lessons().iloc[:50])
    with pytest.raises(AnalysisError, match="50 customers of earlier periods"):
        POLICIES[name].score(untaught, 3)


@pytest.mark.parametrize("name", ["neighbours", "forest", "boosting"])
def test_policies_learn_from_the_outcomes(name: str) -> None:
    """When the lessons say that those who ordered least brought most, the policy prefers them."""
    lessons = snapshot().lessons()
    upside_down = lessons.assign(later_revenue=1e4 / lessons["n_invoices"] ** 2)
    score = POLICIES[name].score(replace(snapshot(), learn=lambda _: upside_down), 3)
    assert pd.Series(score).corr(snapshot().customers["n_invoices"], method="spearman") < -0.5


def test_rfm_adds_fifths() -> None:
    """The most recent, most frequent and most valuable of ten gets 15, the opposite 3."""
    ten = np.arange(10)
    customers = pd.DataFrame({"recency_days": 10 - ten, "n_invoices": ten, "gross_revenue": 5.0 * ten})
    score = rfm(replace(snapshot(), customers=customers), 0)
    assert score.tolist() == [3, 3, 6, 6, 9, 9, 12, 12, 15, 15]


def test_the_cluster_goes_before_revenue() -> None:
    """A customer of a better cluster stands above every one of a worse, in a cluster the higher revenue is first."""
    score = pd.Series(scored("cluster"))
    revenue = snapshot().customers["gross_revenue"]
    standing = np.floor(score)
    means = revenue.groupby(standing).mean()
    assert means.is_monotonic_increasing
    assert len(means) == 10
    assert all(revenue[group.index].is_monotonic_increasing for _, group in score.sort_values().groupby(standing))


def test_simplest_first() -> None:
    """The plain sort is the simplest policy, and what learns comes after what computes."""
    names = list(POLICIES)
    assert names[:2] == ["year_revenue", "revenue"]
    assert names.index("rfm") < names.index("lifetime_value") < min(names.index(name) for name in LEARNING)


def test_of_very_many_lessons_a_sample_is_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit lessons are drawn by lot, the same each time; below it, all are learnt from as they are."""
    all_of_them, target = ways._lessons(snapshot())
    assert len(all_of_them) == len(snapshot().lessons())
    monkeypatch.setattr(ways, "MOST_LEARNT", 250)
    drawn, theirs = ways._lessons(snapshot())
    assert len(drawn) == 250
    numbers = snapshot().lessons()["day"].value_counts(sort=False)
    starts = numbers.cumsum() - numbers
    parts = zip(by_lot.drawn(numbers.tolist(), 250), starts, strict=True)
    rows = np.concatenate([part + start for part, start in parts])
    assert theirs.tolist() == target[rows].tolist()
    assert drawn.to_numpy().tolist() == all_of_them.to_numpy()[rows].tolist()
    pd.testing.assert_frame_equal(drawn, ways._lessons(snapshot())[0])
    score = POLICIES["boosting"].score(snapshot(), 3)
    assert np.corrcoef(pd.Series(score).rank(), pd.Series(scored("boosting")).rank())[0, 1] > 0.7


def test_neighbours_are_sought_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers asked in parts have the scores that they have together."""
    together = scored("neighbours")
    monkeypatch.setattr(ways, "AT_ONCE", 40)
    np.testing.assert_allclose(POLICIES["neighbours"].score(snapshot(), 3), together, rtol=1e-9)
