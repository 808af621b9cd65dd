"""Eligibility in words: found where it exists, short, in business units, honest about how close it comes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import handoff
from insiders.errors import AnalysisError
from insiders.rules import surrogate
from insiders.rules.surrogate import Condition, Rule
from tests.insiders.demo_customers import customers


def test_a_threshold_is_found_and_said_in_its_unit() -> None:
    """Members who all bought many pieces are described by that one threshold."""
    line = customers()["n_items"].quantile(0.85)
    members = (customers()["n_items"] >= line).to_numpy()
    rule = surrogate.fit(customers(), members)
    table = handoff.check("rules", surrogate.table(rule, customers(), members, "£"))
    assert table["rule"].tolist() == [rule.text("£")]
    assert rule.text("£").endswith("pieces bought")
    assert table["precision"].min() > 0.95
    assert table["recall"].min() > 0.95


def test_trees_of_many_customers_grow_on_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """A threshold is found from some of the customers, and told by all of them."""
    monkeypatch.setattr(surrogate, "MOST_ROWS", 150)
    members = (customers()["n_items"] >= customers()["n_items"].quantile(0.8)).to_numpy()
    rule = surrogate.fit(customers(), members)
    assert surrogate.f1(rule.holds(customers()), members) > 0.85


def test_two_conditions_are_joined() -> None:
    """Members by invoices and recency are described by both, each condition with its own precision and recall."""
    people = customers()
    members = ((people["n_invoices"] >= 6) & (people["recency_days"] < 90)).to_numpy()
    rule = surrogate.fit(people, members)
    assert {condition.feature for part in rule.alternatives for condition in part} == {"n_invoices", "recency_days"}
    table = surrogate.table(rule, people, members, "€").set_index("rule")
    assert surrogate.f1(rule.holds(people), members) > 0.95
    assert table.loc["at least 6 purchase invoices", "recall"] == 1


def test_never_more_than_five_conditions() -> None:
    """Members drawn by lot get no long rule, and a poor one says so by its precision."""
    members = np.random.default_rng(0).random(len(customers())) < 0.3
    rule = surrogate.fit(customers(), members)
    limits = [
        limit
        for part in rule.alternatives
        for condition in part
        for limit in (condition.at_least, condition.below)
        if np.isfinite(limit)
    ]
    assert 1 <= len(limits) <= surrogate.MOST_CONDITIONS
    assert surrogate.precision_recall(rule.holds(customers()), members)[0] < 0.9


def test_counts_have_whole_thresholds() -> None:
    """Nobody has half an invoice, so no rule asks for one."""
    members = (customers()["n_invoices"] >= 7).to_numpy()
    (condition,) = (condition for part in surrogate.fit(customers(), members).alternatives for condition in part)
    assert condition.at_least == 7


def test_why_gives_the_customers_own_figures() -> None:
    """Every customer is told what they have and what is asked, also the two kinds of exception."""
    people = pd.DataFrame({"n_items": [3000, 100, 2900, 50]})
    rule = Rule(((Condition("n_items", at_least=2800),),))
    why = surrogate.why(rule, people, np.array([True, False, False, True]), "£")
    assert why.tolist() == [
        "Insider: 3,000 pieces bought (rule: at least 2,800 pieces bought)",
        "100 pieces bought; the rule asks at least 2,800 pieces bought",
        "Near the Insiders but unlike them: 2,900 pieces bought (meets at least 2,800 pieces bought)",
        "Insider by likeness: 50 pieces bought (the rule asks at least 2,800 pieces bought)",
    ]


def test_conditions_read_as_a_person_says_them() -> None:
    """Lower, upper and both bounds, money with its sign."""
    assert Condition("recency_days", below=63).text("£") == "less than 63 days since the last purchase"
    assert Condition("gross_revenue", at_least=2500).text("£") == "at least £2,500 gross revenue"
    both = Condition("n_items", at_least=100, below=2000)
    assert both.text("£") == "from 100 to less than 2,000 pieces bought"
    assert surrogate.amount("gross_revenue", 2500, "EUR") == "EUR 2,500 gross revenue"


def test_alternatives_are_an_or() -> None:
    """Whoever meets one alternative meets the rule."""
    people = pd.DataFrame({"n_items": [10, 1, 1], "n_invoices": [1, 9, 1]})
    rule = Rule(((Condition("n_items", at_least=5),), (Condition("n_invoices", at_least=5),)))
    assert rule.holds(people).tolist() == [True, True, False]
    assert "; or " in rule.text("£")


@pytest.mark.parametrize("everybody", [True, False])
def test_a_group_without_an_outside_has_no_rule(everybody: bool) -> None:
    """Where everybody or nobody is a member there is nothing to tell apart."""
    with pytest.raises(AnalysisError, match="both sides"):
        surrogate.fit(customers(), np.full(len(customers()), everybody))


def test_the_asked_precision_and_recall_come_before_brevity() -> None:
    """Where a longer rule reaches 95 % of both and a shorter one only nearly, the longer is taken."""
    people = customers()
    lines = people["n_invoices"].quantile(0.5), people["recency_days"].quantile(0.9)
    members = ((people["n_invoices"] >= lines[0]) & (people["recency_days"] < lines[1])).to_numpy()
    rule = surrogate.fit(people, members)
    assert min(surrogate.precision_recall(rule.holds(people), members)) >= surrogate.ASKED


def test_no_bound_is_idle() -> None:
    """What a tree parts without need is left out: dropping any bound or alternative of a rule makes it worse."""
    people = customers()
    often, lately = people["n_invoices"] >= people["n_invoices"].quantile(0.9), people["recency_days"] < 20
    members = (often | (lately & (people["gross_revenue"] > people["gross_revenue"].quantile(0.6)))).to_numpy()
    rule = surrogate.fit(people, members)
    whole = surrogate.f1(rule.holds(people), members)
    for part in rule.alternatives:
        others = tuple(each for each in rule.alternatives if each is not part)
        if others:
            assert surrogate.f1(Rule(others).holds(people), members) < whole
        for condition in part if len(part) > 1 else ():
            rest = tuple(each for each in part if each is not condition)
            assert surrogate.f1(Rule((*others, rest)).holds(people), members) < whole


def test_only_features_that_are_there_are_tried() -> None:
    """A table with windows of recent revenue may be described by them, one without is not asked for them."""
    people = customers().assign(revenue_180=np.random.default_rng(1).random(len(customers())) * 1000)
    members = (people["revenue_180"] >= 800).to_numpy()
    assert surrogate.fit(people, members).text("£").endswith("gross revenue in the last 180 days")
    assert "180" not in surrogate.fit(customers(), members).text("£")
