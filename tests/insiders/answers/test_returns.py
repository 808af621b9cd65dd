"""The cost of returns."""

from __future__ import annotations

import dataclasses

import pytest

from insiders.answers import returns
from insiders.answers.evidence import Evidence
from insiders.customers.purchases import purchases_of
from tests.insiders.answers.told import everybody


def test_ratio_of_sums_and_mean_are_both_told(run: Evidence) -> None:
    """The share of all that was bought and the mean over customers are computed from the lines, and each is named."""
    figures = returns.cost_of_returns(run).figures
    lines = everybody(run)
    lines = lines[lines["customer_id"].isin(run.customers["customer_id"])]
    back = -lines.loc[lines["kind"] == "return", "revenue"].sum()
    assert figures["returned"] == pytest.approx(back)
    assert figures["share_of_gross"] == pytest.approx(back / purchases_of(lines)["revenue"].sum())
    assert figures["mean_share"] == pytest.approx(run.customers["return_share"].mean())


def test_a_source_without_returns_says_so(run: Evidence) -> None:
    """Where nothing ever came back there is no figure."""
    none = dataclasses.replace(run, customers=run.customers.assign(n_returns=0))
    answer = returns.cost_of_returns(none)
    assert "no returns" in answer.sentence
    assert not answer.figures
