"""Lifetime value: published figures, closed forms, customers simulated with known parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import check_grad
from scipy.special import hyp2f1

from insiders.customers.histories import histories
from insiders.errors import AnalysisError
from insiders.policies import lifetime_value as clv
from insiders.policies.maximum_likelihood import Floats
from tests.insiders.small_shop import prepared

CDNOW = np.log([0.243, 4.414, 0.793, 2.426])
"""BG/NBD estimates for the CDNOW customers, in weeks (Fader, Hardie and Lee 2005, table 2)."""
CDNOW_SPEND = np.log([6.25, 3.74 - 1, 15.44])
"""Gamma-Gamma estimates for them, in dollars (Fader and Hardie 2013)."""
ONES = np.ones(4)


def history(*rows: tuple[float, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["repeats", "last", "age", "spend"])


def simulated(customers: int, seed: int) -> pd.DataFrame:
    """Customers of BG/NBD (r .8, alpha 20, a .8, b 2.5) and Gamma-Gamma (p 6, q 4, v 50) over 100 to 300 days."""
    chance = np.random.default_rng(seed)
    rows = []
    for _ in range(customers):
        rate, leaves = chance.gamma(0.8, 1 / 20), chance.beta(0.8, 2.5)
        age, now, x, there = chance.uniform(100, 300), 0.0, 0, True
        while there:
            gap = chance.exponential(1 / rate)
            if now + gap > age:
                break
            now, x, there = now + gap, x + 1, chance.random() >= leaves
        rows.append((x, now, age, chance.gamma(6 * (x + 1), 1 / chance.gamma(4, 1 / 50)) / (x + 1)))
    return history(*rows)


def test_published_expectations() -> None:
    """With the published estimates, customer 1 of CDNOW is expected to buy 1.226 times in 39 weeks at 24.66 dollars."""
    customer = history((2, 30.43, 38.86, 22.35))
    assert clv.expected_purchases(CDNOW, customer, 39)[0] == pytest.approx(1.226, abs=5e-4)
    # The Gamma-Gamma note counts the repeat purchases alone: two of them at 22.35.
    assert clv.expected_spend(CDNOW_SPEND, customer.assign(repeats=1))[0] == pytest.approx(24.66, abs=0.02)


def test_the_likelihood_of_who_never_came_back_is_a_gamma_waiting_time() -> None:
    """Without a repeat purchase nobody can have left: the likelihood is (alpha / (alpha + age)) to the power r."""
    logs, never, age = np.log([0.7, 12.0, 0.9, 2.0]), np.zeros(1), np.array([80.0])
    value, _ = clv.purchase_likelihood(logs, never, never, age, ONES[:1])
    assert value == pytest.approx(0.7 * np.log(12 / 92))


def test_the_likelihood_without_leaving_is_that_of_a_gamma_mixed_poisson_process() -> None:
    """As the chance of leaving goes to 0, what is left is the negative binomial model."""
    r, alpha, x, age = 0.7, 12.0, 5.0, 80.0
    value, _ = clv.purchase_likelihood(np.log([r, alpha, 1e-9, 1.0]), *(np.array([n]) for n in (x, 60, age, 1.0)))
    rising = sum(np.log(r + step) for step in range(int(x)))
    assert value == pytest.approx(rising + r * np.log(alpha) - (r + x) * np.log(alpha + age), abs=1e-6)


def test_gradients_are_those_of_the_likelihoods() -> None:
    """The exact gradients agree with finite differences, frequent and one-time buyers included."""
    x, last, age = np.array([0.0, 1, 7, 400]), np.array([0.0, 3, 90, 199]), np.array([50.0, 100, 120, 200])
    mean = np.array([10.0, 20, 5000, 0.1])

    def purchases(logs: Floats) -> tuple[float, Floats]:
        return clv.purchase_likelihood(logs, x, last, age, np.array([3.0, 1, 2, 1]))

    def spending(logs: Floats) -> tuple[float, Floats]:
        return clv.spending_likelihood(logs, x + 1, mean)

    for likelihood, at in ((purchases, np.log([0.7, 12.0, 0.9, 2.0])), (spending, np.log([2.0, 1.5, 30.0]))):
        error = check_grad(lambda logs, of=likelihood: of(logs)[0], lambda logs, of=likelihood: of(logs)[1], at)
        assert error < 1e-3 * np.abs(likelihood(at)[1]).max()


def test_expected_purchases_are_the_closed_form() -> None:
    """Where the hypergeometric function of the paper can be computed, the integral agrees with it."""
    r, alpha, a, b = np.exp(CDNOW)
    for x, last, age, days in ((1, 5.0, 30.0, 10.0), (4, 25.0, 26.0, 52.0), (12, 30.0, 39.0, 39.0)):
        ahead = days / (alpha + age + days)
        some = 1 - ((alpha + age) / (alpha + age + days)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, ahead)
        gone = 1 + a / (b + x - 1) * ((alpha + age) / (alpha + last)) ** (r + x)
        found = clv.expected_purchases(CDNOW, history((x, last, age, 1.0)), days)
        assert found[0] == pytest.approx((a + b + x - 1) / (a - 1) * some / gone, rel=1e-4)


def test_frequent_buyers_overflow_nothing() -> None:
    """Who bought daily for two years gets a finite expectation near the own rate."""
    daily = history((700, 700.0, 701.0, 20.0))
    found = clv.expected_purchases(np.log([0.7, 30.0, 0.05, 40.0]), daily, 90)
    assert found[0] == pytest.approx(90 * 700.7 / 731, rel=0.02)


def test_known_parameters_are_found_again() -> None:
    """Fitted to 3,000 simulated customers, all seven intervals (99.9 %) hold the truth, and none is wide."""
    model = clv.fit(simulated(3000, seed=1))
    for estimate, truth in ((model.purchases, (0.8, 20, 0.8, 2.5)), (model.spending, (6, 3, 50))):
        table = estimate.table(confidence=0.999)
        assert (table["lower"] < truth).all()
        assert (table["upper"] > truth).all()
        assert (estimate.table()["upper"] < 2.5 * estimate.table()["lower"]).all()


def test_many_customers_are_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more customers than it takes, those drawn by lot tell the parameters, the same for the same customers."""
    monkeypatch.setattr(clv, "MOST_FITTED", 1_500)
    customers = simulated(3_000, seed=1)
    first, again = clv.fit(customers), clv.fit(customers)
    np.testing.assert_array_equal(first.purchases.logs, again.purchases.logs)
    assert np.exp(first.purchases.logs[0]) == pytest.approx(0.8, rel=0.3)


def test_intervals_cover_what_the_true_parameters_expect() -> None:
    """Over five simulated shops the 95 % interval holds the expectation under the truth for most of the customers."""
    truth, true_spend = np.log([0.8, 20, 0.8, 2.5]), np.log([6.0, 3.0, 50.0])
    inside = []
    for seed in range(5):
        people = simulated(400, seed)
        found = clv.expected_revenue(clv.fit(people), people, 90, seed=seed)
        expected = clv.expected_purchases(truth, people, 90) * clv.expected_spend(true_spend, people)
        inside.append(((found["lower"] <= expected) & (expected <= found["upper"])).mean())
        assert (found["lower"] <= found["revenue"]).mean() > 0.99
    assert 0.85 <= np.mean(inside) <= 1.0


def test_alive() -> None:
    """Who bought once cannot have left; of two who came back, the one silent for longer is less likely there."""
    chances = clv.alive(CDNOW, history((0, 0, 39, 1), (3, 35, 39, 1), (3, 5, 39, 1)))
    assert chances[0] == 1.0
    assert chances[1] > 0.75 > 0.25 > chances[2]


def test_histories() -> None:
    """Purchases of one day are one purchase; what comes at or after the cut, returns and netted pairs do not count."""
    rows = [
        {"time": "2024-01-01 09:00", "quantity": 10},
        {"time": "2024-01-01 18:00", "quantity": 10},
        {"time": "2024-01-11", "quantity": 40},
        {"time": "2024-01-12", "quantity": -5},
        {"time": "2024-01-13", "quantity": 99, "kind": "netted"},
        {"time": "2024-02-01", "quantity": 99},
    ]
    found = histories(prepared(*({"unit_price": 1.0, **row} for row in rows)), pd.Timestamp("2024-02-01"))
    assert found.to_dict("index") == {"12001": {"repeats": 1.0, "last": 10.0, "age": 31.0, "spend": 30.0}}


def test_too_few_who_came_back() -> None:
    """Nothing is fitted to a shop in which fewer than fifty customers came back."""
    with pytest.raises(AnalysisError, match="came back"):
        clv.fit(history(*[(0, 0, 30, 5)] * 500, *[(1, 5, 30, 5)] * 49))


def test_a_shop_nobody_leaves_still_has_an_answer() -> None:
    """Where the data say nothing about leaving, the fit ends, and chances of being there stay near one."""
    regulars = history(*[(9 + n % 3, 90 + n % 10, 100, 20 + n % 7) for n in range(300)])
    model = clv.fit(regulars)
    found = clv.expected_revenue(model, regulars, 30, seed=0)
    assert np.isfinite(found.to_numpy()).all()
    assert found["alive"].min() > 0.9
