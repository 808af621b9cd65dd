"""What makes a customer eligible and what removes one, against the group and the borderline customers."""

from __future__ import annotations

import pytest

from insiders.findings import eligibility
from insiders.findings.eligibility import Eligibility
from insiders.membership.hysteresis import Hysteresis
from insiders.rules import surrogate
from tests.insiders.demo_lines import history, regulars
from tests.insiders.groupings import grouping


@pytest.fixture(scope="module")
def told() -> Eligibility:
    """The 25 with the highest revenue are eligible, the next five are kept."""
    rank = regulars()["gross_revenue"].rank(method="first", ascending=False).to_numpy()
    group = grouping(rank <= 30, rank <= 25)
    people, then = (eligibility.known_today(history(), regulars(), days=days) for days in (0, 30))
    return eligibility.told(group, people, then, Hysteresis(), "€", seed=1)


def test_the_rule_describes_who_is_eligible(told: Eligibility) -> None:
    """The rule is one line on gross revenue that stands for the eligible; of all Insiders it finds 25 of 30."""
    assert "gross revenue" in told.table["rule"].iloc[0]
    assert told.finding.metrics["rule_reached"][0] == "yes"
    assert told.table["recall"].iloc[0] == pytest.approx(25 / 30)
    assert "5 stand below the threshold today and are kept" in told.finding.text


def test_who_is_kept_is_told_why(told: Eligibility) -> None:
    """The reason of a kept Insider is the grace, that of an eligible one the rule."""
    assert (told.why == "kept for now").sum() == 5
    assert told.why.str.startswith("Insider: ").sum() == 25


def test_borderline_customers_have_a_way(told: Eligibility) -> None:
    """Somebody could enter with an order or two, and the counterfactual says how."""
    near = told.finding.data["counterfactuals"]
    assert (near["side"] == "could enter").any()
    assert near["why"].str.contains("more order").any()


def test_windows_move_while_nobody_buys() -> None:
    """In 30 days without an order recency has grown by 30 and the revenue of the last 90 days is no higher."""
    now, then = (eligibility.known_today(history(), regulars(), days=days) for days in (0, 30))
    assert (then["recency_days"] - now["recency_days"] == 30).all()
    assert (then["revenue_90"] <= now["revenue_90"] + 1e-9).all()
    assert (then["gross_revenue"] == now["gross_revenue"]).all()


def test_a_tiny_group_is_not_put_to_unseen_customers() -> None:
    """With three members there is a rule, and the sentence says that it could not be tried on others."""
    rank = regulars()["gross_revenue"].rank(method="first", ascending=False).to_numpy()
    few = rank <= 3
    people = eligibility.known_today(history(), regulars())
    found = eligibility.told(grouping(few, few), people, people, Hysteresis(), "€", seed=1)
    assert "too small to put the rule" in found.finding.text


def test_a_rule_sought_among_some_of_very_many_is_said(told: Eligibility, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit of the trees the text says how many customers were drawn, and below it nothing of the kind."""
    monkeypatch.setattr(surrogate, "MOST_ROWS", 150)
    rank = regulars()["gross_revenue"].rank(method="first", ascending=False).to_numpy()
    people = eligibility.known_today(history(), regulars())
    found = eligibility.told(grouping(rank <= 20, rank <= 20), people, people, Hysteresis(), "€", seed=1)
    assert "sought among 150 customers drawn by lot and counted over all" in found.finding.text
    assert "drawn by lot" not in told.finding.text
