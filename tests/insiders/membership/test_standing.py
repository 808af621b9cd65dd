"""Where customers stand against the threshold at every review, and who is a member by now."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import handoff
from insiders.errors import AnalysisError
from insiders.membership import standing
from insiders.membership.hysteresis import PLAIN, Hysteresis
from tests.insiders.demo_lines import history, last_days, regulars


def test_the_threshold_is_the_last_place() -> None:
    """At every review as many customers stand at or above the threshold as there are places, even where many tie."""
    for policy in ("revenue", "rfm"):
        found = standing.standing(history(), policy, PLAIN, share=0.2, reviews=3, seed=1)
        reviews = found.heights.assign(above=found.heights["ratio"] >= 1).groupby("review")["above"]
        assert reviews.sum().tolist() == [max(1, round(0.2 * size)) for size in reviews.size()]


def test_today_is_the_last_review() -> None:
    """The last review is the midnight after the last day, at which all customers with two purchase days are known."""
    found = standing.standing(history(), "revenue", PLAIN, share=0.1, reviews=2, seed=1)
    assert found.members.index[-1] == history().end
    assert sorted(found.today.index) == sorted(regulars()["customer_id"])
    assert found.today["member"].equals(found.today["eligible"].rename("member"))
    best = regulars().nlargest(int(found.today["member"].sum()), "gross_revenue")["customer_id"]
    assert set(best) == set(found.today.index[found.today["member"]])


def test_the_programme_is_handed_on_with_its_line() -> None:
    """The row has the terms of the rule, and the line is the value over the ratio of whoever has one above it."""
    found = standing.standing(history(), "revenue", Hysteresis(1.0, 0.7, 3), share=0.1, reviews=2, seed=1)
    row = handoff.check("programme", standing.programme(found, "best")).iloc[0]
    assert (row["entry"], row["exit"], row["grace"], row["days"]) == (1.0, 0.7, 3, standing.BETWEEN)
    assert row["in_money"]
    last = found.heights[found.heights["review"] == found.heights["review"].max()]
    above = last[last["ratio"] >= 1]
    assert (above["value"] / above["ratio"]).tolist() == pytest.approx([row["threshold"]] * len(above))


def test_hysteresis_keeps_former_members() -> None:
    """With an exit far below the entry, nobody who was ever a member leaves; members only grow."""
    found = standing.standing(history(), "recent_revenue", Hysteresis(1.0, 1e-6, 12), share=0.1, reviews=4, seed=1)
    assert (np.diff(found.members.astype(int), axis=0) >= 0).all()
    assert found.today["member"].sum() > found.today["eligible"].sum()


def test_only_whole_later_periods_are_told() -> None:
    """What customers brought later is missing for reviews whose 90 days are not over, and is there for the others."""
    found = standing.standing(history(), "revenue", PLAIN, reviews=4, seed=1)
    known = found.heights["later"].notna().groupby(found.heights["review"]).all()
    assert known.tolist() == [True, True, False, False, False]


def test_a_short_history_has_only_today() -> None:
    """Where no review has 90 days before it, today's choice stands alone."""
    found = standing.standing(last_days(60), "revenue", PLAIN, reviews=6, seed=1)
    assert len(found.members) == 1


def test_a_policy_nobody_knows_is_refused() -> None:
    """The message names the policies there are."""
    with pytest.raises(AnalysisError, match="the policies are year_revenue, revenue"):
        standing.standing(history(), "horoscope", PLAIN, seed=1)


def test_a_policy_that_cannot_learn_is_refused_today() -> None:
    """A policy that needs earlier periods says so where the history has none."""
    with pytest.raises(AnalysisError, match="to learn from"):
        standing.standing(last_days(60), "neighbours", PLAIN, seed=1)


def test_policies_are_told_in_words() -> None:
    """A policy and the oracle have words; what is neither keeps its name."""
    assert standing.words("revenue").startswith("highest gross revenue")
    assert standing.words("oracle") == "who brought most later"
    assert pd.Series(["other"]).map(standing.words).tolist() == ["other"]
