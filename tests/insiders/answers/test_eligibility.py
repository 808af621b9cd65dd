"""What makes and what removes an Insider."""

from __future__ import annotations

import dataclasses

import pandas as pd

from insiders.answers import eligibility
from insiders.answers.evidence import Evidence


def test_the_rule_that_fits_best_is_quoted(run: Evidence) -> None:
    """Of several rules the one with the best balance of precision and recall is quoted, whatever their order."""
    answer = eligibility.what_makes(run)
    assert answer.figures["best_rule"] == run.rules["rule"].iloc[1]
    assert "100.0 % are Insiders (precision)" in answer.text


def test_no_rule(run: Evidence) -> None:
    """A run without a rule says so."""
    assert "no rule" in eligibility.what_makes(dataclasses.replace(run, rules=run.rules.head(0))).text


def test_the_line_that_made_the_group_is_found(run: Evidence) -> None:
    """Where revenue made the Insiders, the sharpest line is the least revenue among them, and nobody is outside."""
    figures = eligibility.what_removes(run).figures
    assert (figures["feature"], figures["at_least"]) == ("gross_revenue", True)
    assert figures["threshold"] == run.insiders["gross_revenue"].min()
    assert (figures["insiders_inside"], figures["others_outside"]) == (1.0, 1.0)


def test_near_the_line(run: Evidence) -> None:
    """Who stands less than a tenth above the line is near it."""
    near = eligibility.what_removes(run).figures["near"]
    revenue = run.insiders.set_index("customer_id")["gross_revenue"]
    assert isinstance(near, list)
    assert sorted(near) == sorted(revenue.index[revenue <= 1.1 * revenue.min()])


def test_overdue_by_the_own_rhythm() -> None:
    """Silence of more than twice the usual gap is overdue; without a gap nobody is."""
    customers = pd.DataFrame({"recency_days": [21, 20, 400], "avg_gap_days": [10.0, 10.0, None]})
    assert eligibility.overdue(customers).tolist() == [True, False, False]
