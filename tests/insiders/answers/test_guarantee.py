"""Why the group is better: tests recomputed by SciPy, and what only later months can prove."""

from __future__ import annotations

import pytest
from scipy import stats

from insiders.answers import guarantee
from insiders.answers.evidence import Evidence


def test_comparisons_are_scipys(run: Evidence) -> None:
    """Mann-Whitney's U and the t interval of the mean are what SciPy gives for the same customers."""
    figures = guarantee.better_now(run).figures
    rival = run.customers[run.customers["segment"] == figures["rival"]]
    expected = stats.mannwhitneyu(run.insiders["avg_ticket"], rival["avg_ticket"])
    (found,) = [
        row
        for row in figures["comparisons"]  # type: ignore[attr-defined]
        if (row["variable"], row["opponent"]) == ("avg_ticket", figures["rival"])
    ]
    assert (found["u"], found["p"]) == (expected.statistic, expected.pvalue)
    assert found["p_holm"] >= found["p"]
    revenue = run.insiders["gross_revenue"]
    student = stats.t.interval(0.95, len(revenue) - 1, loc=revenue.mean(), scale=stats.sem(revenue))
    assert figures["student_t"] == pytest.approx(list(student))


def test_the_rival_is_the_next_best(run: Evidence) -> None:
    """The Insiders are held against the segment with the highest mean revenue among the others."""
    means = run.others.groupby("segment")["gross_revenue"].mean()
    assert guarantee.better_now(run).figures["rival"] == means.idxmax()


def test_the_text_says_what_it_does_not_prove(run: Evidence) -> None:
    """A comparison on the variables that cut the segments is called no proof."""
    assert "proves nothing by itself" in guarantee.better_now(run).text


def test_later_revenue_by_hand(run: Evidence) -> None:
    """Later revenue of the chosen is that of the same share of customers known before, counted again here."""
    figures = guarantee.better_later(run, 90).figures
    sold = run.transactions
    early = sold[(sold["time"] < figures["cutoff"]) & (sold["kind"] == "purchase")]
    days = early.groupby("customer_id")["time"].agg(lambda times: times.dt.normalize().nunique())
    spent = early.groupby("customer_id")["revenue"].sum()[days >= 2]
    chosen = spent.nlargest(round(figures["share"] * len(spent))).index  # type: ignore[operator]
    after = sold[(sold["time"] >= figures["cutoff"]) & (sold["kind"] != "netted") & sold["customer_id"].isin(chosen)]
    assert figures["known_customers"] == len(spent)
    group = figures["groups"]["chosen"]  # type: ignore[index]
    assert group["mean_later_revenue"] == pytest.approx(after["revenue"].sum() / len(chosen))


def test_too_short_a_history_is_said(run: Evidence) -> None:
    """A later period longer than what came before gets no answer, and the reason."""
    answer = guarantee.better_later(run, 365)
    assert answer.text.startswith("This source cannot tell")
    assert answer.chart is None
