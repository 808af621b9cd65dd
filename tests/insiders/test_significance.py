"""Tests by rank, effect sizes and intervals, held against SciPy and figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from insiders.errors import AnalysisError
from insiders.significance import (
    compare,
    effect_word,
    holm,
    mean_bootstrap_interval,
    mean_t_interval,
    shapiro_wilk,
    share_interval,
)


def skewed(n: int, seed: int = 1) -> pd.Series:
    """Values as skewed as money spent."""
    return pd.Series(np.random.default_rng(seed).lognormal(5, 1.2, n))


def test_delta_by_hand() -> None:
    """Cliff's delta is the share of pairs in which ours is above, less the share in which it is below."""
    found = compare(pd.Series([3, 4, 5]), pd.Series([1, 4, 6, 2]))
    assert found.u == 7.5  # 3 beats 1 and 2; 4 beats 1 and 2 and ties with 4; 5 beats 1, 4 and 2
    assert found.delta.estimate == pytest.approx((7 - 4) / 12)


def test_mann_whitney_is_scipys() -> None:
    """U and p are those of SciPy's test, ties and missing values included."""
    ours, theirs = skewed(40).round(-2), skewed(60, seed=2).round(-2)
    expected = stats.mannwhitneyu(ours, theirs, alternative="two-sided")
    found = compare(pd.concat([ours, pd.Series([np.nan])]), theirs)
    assert (found.u, found.p) == (expected.statistic, expected.pvalue)
    assert (found.n_group, found.n_other) == (40, 60)


def test_delta_turns_its_sign_with_the_groups() -> None:
    """Swapping the groups mirrors the effect and its interval and leaves the p value."""
    one, other = compare(skewed(50), skewed(70, 2) + 80), compare(skewed(70, 2) + 80, skewed(50))
    assert one.delta.estimate == pytest.approx(-other.delta.estimate)
    assert one.delta.lower == pytest.approx(-other.delta.upper)
    assert one.p == pytest.approx(other.p)


def test_delta_interval_covers_the_truth() -> None:
    """Of 95 % intervals of a known effect about 95 of 100 hold it."""
    random = np.random.default_rng(3)
    truth = 2 * stats.norm.cdf(0.5 / np.sqrt(2)) - 1
    held = 0
    for _ in range(300):
        found = compare(pd.Series(random.normal(0.5, 1, 40)), pd.Series(random.normal(0, 1, 60))).delta
        held += found.lower <= truth <= found.upper
    assert 0.92 <= held / 300 <= 0.98


def test_groups_without_overlap() -> None:
    """Groups that do not overlap have delta 1 and an interval that ends there."""
    found = compare(pd.Series([10.0, 11, 12]), pd.Series([1.0, 2, 3])).delta
    assert (found.estimate, found.lower, found.upper) == (1.0, 1.0, 1.0)


def test_groups_all_alike() -> None:
    """Where every value is the same there is no effect and no sign of one."""
    found = compare(pd.Series([2.0] * 5), pd.Series([2.0] * 7))
    assert (found.delta.estimate, found.p, found.effect) == (0.0, 1.0, "negligible")


def test_too_few_values() -> None:
    """A group of one value cannot be compared, and the message says how many there are."""
    with pytest.raises(AnalysisError, match="not 1 and 2"):
        compare(pd.Series([1.0, np.nan]), pd.Series([1.0, 2.0]))


@pytest.mark.parametrize(
    ("delta", "word"),
    [(0.0, "negligible"), (-0.146, "negligible"), (0.147, "small"), (-0.4, "medium"), (0.474, "large"), (-1, "large")],
)
def test_words_for_effects(delta: float, word: str) -> None:
    """Effects are named by the bounds of Romano and others, whatever their sign."""
    assert effect_word(delta) == word


def test_holm_by_hand() -> None:
    """The smallest p is multiplied by the number of tests, the next by one less, and no step falls back."""
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_t_interval_is_scipys() -> None:
    """Student's interval is SciPy's."""
    values = skewed(80)
    expected = stats.t.interval(0.9, 79, loc=values.mean(), scale=stats.sem(values))
    found = mean_t_interval(values, confidence=0.9)
    assert (found.lower, found.upper) == pytest.approx(expected)


def test_bootstrap_agrees_with_scipys() -> None:
    """The BCa bounds lie where SciPy's lie, up to the chance of resampling."""
    values = skewed(120)
    expected = stats.bootstrap((values.to_numpy(),), np.mean, n_resamples=9999, rng=7).confidence_interval
    found = mean_bootstrap_interval(values, resamples=9999)
    width = expected.high - expected.low
    assert found.lower == pytest.approx(expected.low, abs=0.04 * width)
    assert found.upper == pytest.approx(expected.high, abs=0.04 * width)
    assert found.upper - found.estimate > found.estimate - found.lower


def test_bootstrap_is_the_same_for_the_same_seed() -> None:
    """A seed decides the interval, and another seed gives another one."""
    values = skewed(60)
    assert mean_bootstrap_interval(values, seed=5) == mean_bootstrap_interval(values, seed=5)
    assert mean_bootstrap_interval(values, seed=5) != mean_bootstrap_interval(values, seed=6)


def test_bootstrap_of_equal_values() -> None:
    """Values that do not differ have an interval of no width."""
    found = mean_bootstrap_interval(pd.Series([3.0, 3.0, 3.0]))
    assert (found.lower, found.upper) == (3.0, 3.0)


def test_shapiro_tells_skew_from_normal() -> None:
    """Skewed values are rejected, normal ones are not."""
    normal = pd.Series(np.random.default_rng(4).normal(size=200))
    assert shapiro_wilk(skewed(200)).p < 1e-6
    assert shapiro_wilk(normal).p > 0.05
    assert shapiro_wilk(normal).w == stats.shapiro(normal).statistic


def test_shapiro_beyond_its_limit() -> None:
    """Of more values than the test can judge, a random sample of 5,000 is tested, the same for the same seed."""
    found = shapiro_wilk(skewed(6000))
    assert (found.n, found.sampled) == (5000, True)
    assert found == shapiro_wilk(skewed(6000))


@pytest.mark.parametrize("values", [[1.0, 2.0], [4.0, 4.0, 4.0]])
def test_shapiro_refuses(values: list[float]) -> None:
    """Fewer than three values, or equal ones, cannot be tested."""
    with pytest.raises(AnalysisError):
        shapiro_wilk(pd.Series(values))


def test_a_share_lies_within_its_bounds() -> None:
    """Wilson's bounds for 8 of 10 as Wilson's formula has them; of nobody nothing is known."""
    found = share_interval(8, 10)
    assert (found.estimate, round(found.lower, 4), round(found.upper, 4)) == (0.8, 0.4902, 0.9433)
    assert (share_interval(0, 0).lower, share_interval(0, 0).upper) == (0.0, 1.0)
