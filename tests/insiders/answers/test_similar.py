"""Customers who are like the Insiders."""

from __future__ import annotations

import dataclasses

from insiders.answers import similar
from insiders.answers.evidence import Evidence


def test_the_nearest_who_are_no_insiders(run: Evidence) -> None:
    """None of them is an Insider, and the nearest comes first."""
    figures = similar.who_is_alike(run).figures
    assert not set(figures["most_similar"]) & set(run.insiders["customer_id"])  # type: ignore[call-overload]
    assert figures["distances"] == sorted(figures["distances"])  # type: ignore[call-overload]


def test_too_few_insiders(run: Evidence) -> None:
    """Four Insiders are no group to be like."""
    few = run.customers["customer_id"].isin(run.insiders["customer_id"].head(4))
    answer = similar.who_is_alike(dataclasses.replace(run, customers=run.customers.assign(is_insider=few)))
    assert "fewer than five" in answer.sentence
