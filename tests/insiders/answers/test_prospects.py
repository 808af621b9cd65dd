"""What is told of the customers' prospects."""

from __future__ import annotations

import pytest

from insiders import handoff
from insiders.answers import prospects, worth
from insiders.answers.evidence import Evidence
from insiders.prospects import chances
from insiders.prospects.foreseen import Foreseen


def test_what_is_published_keeps_its_contract(run: Evidence, known: Foreseen) -> None:
    """The results table has the prospects of every customer known, in the order of the customers."""
    table = handoff.check("customers", prospects.published(run, known), handoff.RESULTS)
    assert table["customer_id"].tolist() == run.customers["customer_id"].tolist()
    told = table.dropna(subset=["expected_revenue_90_days"])
    assert set(told["customer_id"]) <= set(known.customers["customer_id"])
    assert (told["expected_revenue_lower"] <= told["expected_revenue_90_days"]).all()
    assert (told["expected_revenue_90_days"] <= told["expected_revenue_upper"]).all()


def test_the_sums_are_those_of_the_table(run: Evidence, known: Foreseen) -> None:
    """Buyers, lost Insiders and expected revenue are sums of the published columns."""
    table = prospects.published(run, known)
    ours = table[table["is_insider"]]
    assert prospects.next_month(run, known).figures["expected_buyers"] == pytest.approx(
        table["propensity_30_days"].sum()
    )
    lost = prospects.churn(run, known).figures["insiders_expected_lost"]
    assert lost == pytest.approx((1 - ours["probability_active"]).sum())
    expected = worth.lifetime(run, known).figures["insiders_sum"]
    assert expected == pytest.approx(ours["expected_revenue_90_days"].sum())


def test_the_plain_rule_stands_beside(run: Evidence, known: Foreseen) -> None:
    """Each answer names the error of the way taken and of the plain one on the day that judges."""
    figures = prospects.churn(run, known).figures
    assert {"brier", "brier_plain", "brier_difference_lower", "calibration_error"} <= figures.keys()
    assert "as_last_90" in worth.lifetime(run, known).figures["errors_by_way"]  # type: ignore[operator]


def test_what_was_drawn_by_lot_is_said(run: Evidence, known: Foreseen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the regression learns from a sample, the answer names its size and what it was drawn from."""
    assert "drawn by lot" not in prospects.churn(run, known).text
    monkeypatch.setattr(chances, "MOST_LEARNT", 300)
    told = run.language.whole(known.active.lessons)
    assert known.active.lessons > 300
    assert f"learnt from 300 of the {told} customers of earlier days, drawn by lot" in prospects.churn(run, known).text


def test_too_short_a_history_gives_no_number(run: Evidence) -> None:
    """Without prospects the answers say why, and the columns are empty."""
    for ask in (prospects.churn, prospects.next_month, worth.lifetime):
        answer = ask(run, None)
        assert answer.sentence.startswith("This source cannot tell")
        assert not answer.figures
    assert (
        handoff.check("customers", prospects.published(run, None), handoff.RESULTS)["propensity_30_days"].isna().all()
    )
