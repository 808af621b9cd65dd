"""The programme: profit by hand, and a recommendation that luck does not move."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.policies.backtest import captured, spread
from insiders.policies.programme import Terms, best_sizes, profit, recommend
from tests.insiders.policies.test_backtest import BACKWARDS, LATER, NOISY, bets


def noisy(seed: int, size: float) -> np.ndarray:
    return LATER * np.random.default_rng(seed).lognormal(0, size, len(LATER))


def test_profit_by_hand() -> None:
    """Ten members with 1,000 of revenue: 40 % of the 100 they buy more, less 1 % of 1,100, less 10 times 2."""
    table = pd.DataFrame({"policy": ["revenue"], "share": [0.1], "places": [10], "later_revenue": [1000.0]})
    found = profit(table, Terms(margin=0.4, uplift=0.1, reward=0.01, cost=2.0))
    assert found["profit"].tolist() == [pytest.approx(40 - 11 - 20)]


def test_the_best_size() -> None:
    """Members are taken until the next one costs more than it brings."""
    curve = profit(spread(bets(np.array([100.0, 50, 10, 5])), [0.25, 0.5, 0.75, 1.0]), Terms(0.5, 0.2, 0.0, 2.0))
    assert best_sizes(curve).loc["oracle"].to_dict() == {"share": 0.5, "places": 2, "profit": pytest.approx(11)}


def test_the_plain_sort_where_nothing_is_better() -> None:
    """Policies that differ from the plain sort by luck alone do not displace it."""
    same = {"frequency": noisy(7, 0.7), "rfm": noisy(8, 0.7), "boosting": noisy(10, 0.7)}
    found = recommend(captured(bets(LATER, revenue=NOISY, **same), resamples=500, seed=1))
    assert found.policy == "revenue"
    assert not found.beaten.loc["revenue", "beaten"]
    assert found.reason.startswith("revenue is the simplest of 4 policies")


def test_a_better_policy_displaces_simpler_ones() -> None:
    """Where a model captures clearly more, it is recommended, and the reason names whom it beats."""
    found = recommend(
        captured(bets(LATER, revenue=BACKWARDS, frequency=noisy(7, 3), boosting=LATER), resamples=500, seed=1)
    )
    assert found.policy == "boosting"
    assert found.beaten["beaten"].tolist() == [True, True, False]
    assert "revenue (by boosting)" in found.reason


def test_of_equals_the_simpler_is_taken() -> None:
    """Two models that choose alike: the one that stands first in the list of policies."""
    found = recommend(captured(bets(LATER, revenue=BACKWARDS, boosting=LATER, neighbours=LATER), resamples=200, seed=1))
    assert found.policy == "neighbours"
    assert found.beaten.loc["boosting", "at_most"] == pytest.approx(0, abs=1e-6)


def test_luck_seldom_wins() -> None:
    """With ten policies that are all as good, the plain sort is called beaten in few shops."""
    wrong = 0
    for shop in range(20):
        chance = np.random.default_rng(shop)
        later = chance.lognormal(3, 1.2, 300)
        scores = {f"policy_{n}": later * chance.lognormal(0, 0.8, 300) for n in range(9)}
        plain = later * chance.lognormal(0, 0.8, 300)
        found = recommend(captured(bets(later, revenue=plain, **scores), resamples=200, seed=shop))
        wrong += bool(found.beaten.loc["revenue", "beaten"])
    assert wrong <= 4
