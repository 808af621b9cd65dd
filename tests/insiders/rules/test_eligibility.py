"""Whether a rule stands for its group."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.errors import AnalysisError
from insiders.rules import eligibility, surrogate
from insiders.rules.conditions import Condition, Rule
from tests.insiders.demo_customers import customers


def test_a_rule_that_is_the_group_reaches_what_is_asked() -> None:
    """Members by a threshold: full marks, also on customers that were not there, and the sentence says so."""
    members = (customers()["n_items"] >= customers()["n_items"].quantile(0.85)).to_numpy()
    found = eligibility.verdict(surrogate.fit(customers(), members), customers(), members)
    assert found.reached
    assert found.unseen_precision > 0.85
    assert found.precision.lower < found.precision.estimate <= found.precision.upper
    assert found.text.startswith("The rule stands for the group: precision ")


def test_a_group_by_lot_is_not_reached_and_said_so() -> None:
    """No rule describes a lottery; on customers it has not seen it is no better than chance."""
    members = np.random.default_rng(0).random(len(customers())) < 0.3
    found = eligibility.verdict(surrogate.fit(customers(), members), customers(), members)
    assert not found.reached
    assert found.unseen_precision < 0.5
    assert "does not reach the 95 % that are asked" in found.text


def test_both_differences_are_counted() -> None:
    """Customers only by the rule and only by the group, and the similarity they leave."""
    people = customers()
    members = (people["n_invoices"] >= 5).to_numpy()
    rule = Rule(((Condition("n_invoices", at_least=6),),))
    found = eligibility.verdict(rule, people, members)
    five = int((people["n_invoices"] == 5).sum())
    assert five > 0
    assert (found.only_rule, found.only_group) == (0, five)
    assert found.jaccard == found.recall.estimate == 1 - five / members.sum()


def test_too_small_a_group_has_no_verdict() -> None:
    """Fewer members than folds cannot be held out in turn."""
    members = np.arange(len(customers())) < 3
    with pytest.raises(AnalysisError, match="needs 5 customers"):
        eligibility.verdict(Rule(((Condition("n_items", 5),),)), customers(), members)


def test_removal_in_words() -> None:
    """Each bound is said as what breaks it; with several ways in, another may hold."""
    recent = Condition("recency_days", below=63)
    (line,) = eligibility.removals(Rule(((Condition("gross_revenue", 2500), recent),)), "£")
    assert line == "less than £2,500 gross revenue or 63 or more days since the last purchase removes"
    lines = eligibility.removals(Rule(((recent,), (Condition("n_invoices", 9),))), "£")
    assert lines[0] == "63 or more days since the last purchase removes, unless another way in holds"
    assert len(lines) == 2
