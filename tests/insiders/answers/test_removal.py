"""What removes an Insider."""

from __future__ import annotations

import dataclasses

import pandas as pd

from insiders.answers import removal
from insiders.answers.evidence import Evidence


def test_the_terms_of_the_programme_are_told(run: Evidence) -> None:
    """Thresholds and grace are those of the run, and the counts are those of the members by their sign."""
    answer = removal.what_removes(run)
    figures = answer.figures
    assert (figures["entry"], figures["exit"], figures["grace_reviews"]) == (1.0, 0.8, 2)
    ratio = run.standing["ratio"].reindex(run.insiders["customer_id"])
    in_grace = int((run.standing["row"].reindex(run.insiders["customer_id"]) > 0).sum())
    assert figures["in_grace"] == in_grace
    assert figures["below_line"] == int((ratio < 1).sum()) - in_grace
    assert "80% of the line" in answer.sentence


def test_only_members_are_at_risk_and_each_with_a_reason(run: Evidence) -> None:
    """Others have none, and a member far above the line who was here yesterday has none either."""
    said = removal.at_risk(run)
    assert said[~run.customers["is_insider"]].isna().all()
    assert said.notna().sum() == removal.what_removes(run).figures["at_risk"]
    assert said.index.equals(run.customers.index)


def test_a_sign_is_told_with_the_members_own_figures(run: Evidence) -> None:
    """Who is silent for long is told how long, beside the usual gap."""
    first = run.insiders.index[0]
    late = run.customers.copy()
    late.loc[first, ["recency_days", "avg_gap_days"]] = [400, 20.0]
    said = removal.at_risk(dataclasses.replace(run, customers=late)).loc[first]
    assert "silent for 400 days, more than twice the usual gap of 20" in said


def test_a_group_without_a_line_is_not_measured_by_one(run: Evidence) -> None:
    """Where the group was formed otherwise nobody is in grace or below the line, and the answer says so."""
    other = dataclasses.replace(run, programme=pd.Series({**run.programme.to_dict(), "method": "classic"}))
    answer = removal.what_removes(other)
    assert "no line and no grace" in answer.sentence
    assert (answer.figures["in_grace"], answer.figures["below_line"]) == (0, 0)
