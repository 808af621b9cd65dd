"""Whether two groups of customers differ, by how much, and how sure that is: tests by rank, effect sizes, intervals.

Money spent is so skewed that means mislead: groups are compared by rank, and every p value stands beside an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from insiders.errors import AnalysisError

Floats = npt.NDArray[np.float64]

SHAPIRO_LIMITS = (3, 5000)
"""The sizes for which the approximation of Royston (1995), as SciPy has it, gives an accurate p value."""

EFFECT_WORDS = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"), (1.0, "large"))
"""Upper bounds of |Cliff's delta| for each word, after Romano, Kromrey, Coraggio and Skowronek (2006)."""


@dataclass(frozen=True)
class Interval:
    """A point estimate between two bounds."""

    estimate: float
    lower: float
    upper: float
    confidence: float
    """Nominal coverage of the bounds, between 0 and 1."""
    method: str


@dataclass(frozen=True)
class Comparison:
    """Two groups compared on one variable, by rank."""

    n_group: int
    n_other: int
    u: float
    """Mann-Whitney U of the first group."""
    p: float
    """Two-sided p value, not corrected for several tests."""
    delta: Interval
    """Cliff's delta: chance that one of the group stands above one of the others, less the chance of the reverse."""

    @property
    def effect(self) -> str:
        """The size of the effect in a word."""
        return effect_word(self.delta.estimate)

    def test_columns(self) -> dict[str, object]:
        """The result as columns of a table of tests; ``p_holm`` is for whoever knows how many tests there are."""
        interval = {"delta": self.delta.estimate, "delta_lower": self.delta.lower, "delta_upper": self.delta.upper}
        return {**interval, "effect": self.effect, "p": self.p, "p_holm": float("nan")}


@dataclass(frozen=True)
class Normality:
    """The Shapiro-Wilk test: a small p value says that the values are not normally distributed."""

    w: float
    p: float
    n: int
    """How many values were tested."""
    sampled: bool
    """Whether they are a random sample, because the test is not accurate beyond 5,000 values."""


def compare(group: pd.Series, other: pd.Series, *, confidence: float = 0.95) -> Comparison:
    """Mann-Whitney U test (1947; ties corrected) and Cliff's delta with its interval; missing values are left out."""
    ours, theirs = _values(group), _values(other)
    if min(len(ours), len(theirs)) < 2:
        raise AnalysisError(f"two groups of at least two values are needed, not {len(ours)} and {len(theirs)}")
    test = stats.mannwhitneyu(ours, theirs, alternative="two-sided")
    delta = _cliffs_delta(ours, theirs, float(test.statistic), confidence)
    # Where every value is the same, the statistic has no variance and SciPy answers nan: no sign of a difference.
    p = float(test.pvalue) if np.isfinite(test.pvalue) else 1.0
    return Comparison(len(ours), len(theirs), float(test.statistic), p, delta)


def effect_word(delta: float) -> str:
    """What an effect of that size (Cliff's delta) is called."""
    return next(word for bound, word in EFFECT_WORDS if abs(delta) < bound or bound == 1.0)


def holm(p_values: Sequence[float]) -> list[float]:
    """P values corrected for their number by the step-down method of Holm (1979), in the order given."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in corrected]


def share_interval(hits: int, of: int, *, confidence: float = 0.95) -> Interval:
    """A share with the score interval of Wilson (1927); of nobody, nothing is known: 0 between 0 and 1."""
    if not of:
        return Interval(0.0, 0.0, 1.0, confidence, "Wilson")
    bounds = stats.binomtest(hits, of).proportion_ci(confidence, method="wilson")
    return Interval(hits / of, float(bounds.low), float(bounds.high), confidence, "Wilson")


def mean_t_interval(values: pd.Series, *, confidence: float = 0.95) -> Interval:
    """Mean with Student's t interval: right for means of roughly normal values, or of very many."""
    numbers = _values(values)
    if len(numbers) < 2:
        raise AnalysisError("an interval of the mean needs at least two values")
    half = float(stats.t.ppf(0.5 + confidence / 2, len(numbers) - 1) * stats.sem(numbers))
    mean = float(numbers.mean())
    return Interval(mean, mean - half, mean + half, confidence, "Student's t")


def mean_bootstrap_interval(
    values: pd.Series, *, confidence: float = 0.95, resamples: int = 2000, seed: int = 42
) -> Interval:
    """Mean with the bias-corrected and accelerated bootstrap interval of Efron (1987), which skewed values need."""
    numbers = _values(values)
    if len(numbers) < 2:
        raise AnalysisError("an interval of the mean needs at least two values")
    mean = float(numbers.mean())
    spread = numbers - mean
    if not np.any(spread):
        return Interval(mean, mean, mean, confidence, "bootstrap (BCa)")
    means = _resampled_means(numbers, resamples, seed)
    below = (np.mean(means < mean) + np.mean(means <= mean)) / 2
    bias = stats.norm.ppf(np.clip(below, 1 / (2 * resamples), 1 - 1 / (2 * resamples)))
    acceleration = np.sum(spread**3) / (6 * np.sum(spread**2) ** 1.5)
    z = bias + stats.norm.ppf([0.5 - confidence / 2, 0.5 + confidence / 2])
    lower, upper = np.quantile(means, stats.norm.cdf(bias + z / (1 - acceleration * z)))
    return Interval(mean, float(lower), float(upper), confidence, "bootstrap (BCa)")


def shapiro_wilk(values: pd.Series, *, seed: int = 42) -> Normality:
    """The Shapiro-Wilk test of normality (1965), on a random sample where there are more values than it can judge."""
    numbers = _values(values)
    least, most = SHAPIRO_LIMITS
    if len(numbers) < least:
        raise AnalysisError(f"the Shapiro-Wilk test needs at least {least} values, not {len(numbers)}")
    sampled = len(numbers) > most
    tested = np.random.default_rng(seed).choice(numbers, most, replace=False) if sampled else numbers
    if np.ptp(tested) == 0:
        raise AnalysisError("the Shapiro-Wilk test needs values that differ")
    result = stats.shapiro(tested)
    return Normality(float(result.statistic), float(result.pvalue), len(tested), sampled)


def _values(values: pd.Series) -> Floats:
    return values.dropna().to_numpy(dtype=np.float64)


def _resampled_means(numbers: Floats, resamples: int, seed: int) -> Floats:
    """Means of resamples, drawn in blocks so that memory stays small however many values there are."""
    random = np.random.default_rng(seed)
    block = max(1, 2_000_000 // len(numbers))
    sizes = [min(block, resamples - start) for start in range(0, resamples, block)]
    return np.concatenate([numbers[random.integers(len(numbers), size=(n, len(numbers)))].mean(axis=1) for n in sizes])


def _cliffs_delta(ours: Floats, theirs: Floats, u: float, confidence: float) -> Interval:
    """Cliff's delta from U, with the asymmetric interval of Feng and Cliff (2004), which stays within -1 and 1."""
    n, m = len(ours), len(theirs)
    delta = 2 * u / (n * m) - 1
    variance = np.var(_dominance(ours, theirs), ddof=1) / n + np.var(_dominance(theirs, ours), ddof=1) / m
    z2 = stats.norm.ppf(0.5 + confidence / 2) ** 2 * variance
    centre, scale = delta - delta**3, 1 - delta**2 + z2
    if scale == 0:  # the groups do not overlap at all, and no estimate of the variance is left
        return Interval(delta, delta, delta, confidence, "Feng and Cliff")
    half = np.sqrt(z2 * ((1 - delta**2) ** 2 + z2))
    lower, upper = np.clip([(centre - half) / scale, (centre + half) / scale], -1.0, 1.0)
    return Interval(delta, float(lower), float(upper), confidence, "Feng and Cliff")


def _dominance(ours: Floats, theirs: Floats) -> Floats:
    """For each of ours: the share of theirs below it, less the share above it."""
    ordered = np.sort(theirs)
    below, not_above = np.searchsorted(ordered, ours, "left"), np.searchsorted(ordered, ours, "right")
    return (below + not_above - len(theirs)) / len(theirs)
