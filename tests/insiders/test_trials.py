"""Sizes of trials, held against published figures and against simulated trials."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from insiders import trials


def test_shares_as_published() -> None:
    """10 % against 12 % asks for 3,841 customers in each group, the figure of the textbook formula."""
    assert trials.customers_for_shares(0.10, 0.12) == 3841
    assert trials.customers_for_shares(0.12, 0.10) == 3841


def test_the_power_is_what_was_asked_for() -> None:
    """Of many simulated trials of that size, four in five show the effect; without one, one in twenty does."""
    each = trials.customers_for_shares(0.3, 0.4)
    draw = np.random.default_rng(1)
    found = []
    for offered in (0.4, 0.3):
        a, b = draw.binomial(each, 0.3, 20_000) / each, draw.binomial(each, offered, 20_000) / each
        error = np.sqrt((a + b) / 2 * (1 - (a + b) / 2) * 2 / each)
        found.append(np.mean(np.abs(b - a) / error > stats.norm.ppf(0.975)))
    assert found == [pytest.approx(0.8, abs=0.015), pytest.approx(0.05, abs=0.01)]


def test_means_as_published() -> None:
    """Half a standard deviation asks for 63 customers in each group by the normal approximation (Cohen: 64)."""
    assert trials.customers_for_means(1.0, 0.5) == 63


def test_the_smallest_lift_is_the_inverse() -> None:
    """What groups of a size can just show needs groups of that size; too few customers show nothing."""
    offered = trials.smallest_lift(0.3, 200)
    assert trials.customers_for_shares(0.3, offered) == pytest.approx(200, abs=1)
    assert math.isnan(trials.smallest_lift(0.9, 20))
    assert math.isnan(trials.smallest_lift(0.0, 500))
