"""How the Insiders differ: tests recomputed by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from insiders.answers import comparison
from insiders.answers.evidence import Evidence


def test_comparisons_are_scipys(run: Evidence) -> None:
    """Mann-Whitney's U and the t interval of the mean are what SciPy gives for the same customers."""
    figures = comparison.differences(run).figures
    rival = run.customers[run.customers["segment"] == figures["rival"]]
    expected = stats.mannwhitneyu(run.insiders["avg_ticket"], rival["avg_ticket"])
    (found,) = [
        row
        for row in figures["tests"]  # type: ignore[attr-defined]
        if (row["variable"], row["opponent"]) == ("avg_ticket", figures["rival"])
    ]
    assert (found["u"], found["p"]) == (expected.statistic, expected.pvalue)
    assert found["p_holm"] >= found["p"]
    revenue = run.insiders["gross_revenue"]
    student = stats.t.interval(0.95, len(revenue) - 1, loc=revenue.mean(), scale=stats.sem(revenue))
    assert (figures["student_lower"], figures["student_upper"]) == pytest.approx(student)
    means = run.others.groupby("segment")["gross_revenue"].mean()
    assert figures["rival"] == means.idxmax()


def test_the_bootstrap_interval_is_scipys(run: Evidence) -> None:
    """The BCa interval of the mean is near that of SciPy, which draws other resamples."""
    figures = comparison.differences(run).figures
    revenue = run.insiders["gross_revenue"].to_numpy()
    found = stats.bootstrap((revenue,), np.mean, n_resamples=3000, method="BCa", rng=np.random.default_rng(1))
    interval = found.confidence_interval
    width = interval.high - interval.low
    assert figures["bootstrap_lower"] == pytest.approx(interval.low, abs=0.1 * width)
    assert figures["bootstrap_upper"] == pytest.approx(interval.high, abs=0.1 * width)


def test_the_text_says_what_it_does_not_prove(run: Evidence) -> None:
    """A comparison on the variables that cut the segments is called no proof."""
    assert "prove nothing" in comparison.differences(run).text
