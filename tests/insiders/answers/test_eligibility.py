"""What makes an Insider."""

from __future__ import annotations

import dataclasses

import pytest

from insiders.answers import eligibility
from insiders.answers.evidence import Evidence


def test_the_line_is_that_of_the_last_place(run: Evidence) -> None:
    """The line is the revenue of the last customer for whom there is a place, a quarter of those known."""
    figures = eligibility.what_makes(run).figures
    today = run.heights[run.heights["review"] == run.heights["review"].max()]["value"].sort_values(ascending=False)
    assert figures["line"] == pytest.approx(today.iloc[round(0.25 * len(today)) - 1])


def test_the_rule_that_fits_best_is_quoted(run: Evidence) -> None:
    """Of several rules the one with the best balance of precision and recall is quoted, whatever their order."""
    answer = eligibility.what_makes(run)
    score = 2 * run.rules["precision"] * run.rules["recall"] / (run.rules["precision"] + run.rules["recall"])
    assert answer.figures["best_rule"] == run.rules["rule"].iloc[int(score.to_numpy().argmax())]
    assert "(precision)" in answer.text


def test_no_rule_and_no_line(run: Evidence) -> None:
    """A run without a rule says so, and one whose group no policy made tells of no line."""
    assert "no rule" in eligibility.what_makes(dataclasses.replace(run, rules=run.rules.head(0))).sentence
    other = dataclasses.replace(run, programme=run.programme.copy())
    other.programme["method"] = "classic"
    answer = eligibility.what_makes(other)
    assert answer.figures["line"] is None
    assert "described best" in answer.sentence
