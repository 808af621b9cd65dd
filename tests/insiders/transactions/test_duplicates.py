"""Repeated lines and what the data say about them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from insiders.sources import load
from insiders.transactions import duplicates
from tests.insiders.small_shop import raw


def test_a_repeat_agrees_in_every_column() -> None:
    """The second of two equal lines repeats the first; another quantity, price or time makes another line."""
    rows = raw({}, {}, {"quantity": 3}, {"unit_price": 2.0}, {"time": "2024-03-04 10:01"}, {})
    assert duplicates.repeated(rows).tolist() == [False, True, False, False, False, True]


def test_evidence_counts_pairs() -> None:
    """Pairs of one product in one invoice, their agreement, chance, habit and distance are as counted by hand."""
    rows = raw(
        {},
        {"product": "10002"},
        {},
        {"quantity": 3},
        {"invoice": "2"},
        {"invoice": "3", "quantity": 5},
    )
    found = duplicates.evidence(rows)
    assert (found.lines, found.value, found.pairs) == (1, 3.0, 3)
    assert found.equal_share == pytest.approx(1 / 3)
    assert found.chance_share == pytest.approx(3 * 2 / (5 * 4))  # three twos among the five lines of the product
    assert found.habit_share == pytest.approx(1 / 3)  # one pair of twos among the three invoices
    assert (found.gap_equal, found.gap_other) == (2.0, 2.0)
    assert found.copies_at_most == pytest.approx(0)
    assert found.revenue_share == pytest.approx(3 / 24)


def test_no_pairs_no_evidence() -> None:
    """Where no invoice lists a product twice there is nothing to judge, and shares are missing rather than 0."""
    found = duplicates.evidence(raw({}, {"invoice": "2"}))
    assert (found.lines, found.pairs) == (0, 0)
    assert math.isnan(found.equal_share)
    assert found.copies_at_most == 0


def test_what_the_real_file_says(real_data: Path) -> None:
    """In Online Retail equal pairs are twice as frequent as chance has it, and no nearer to each other than others."""
    rows = load("uci:online-retail", places=[real_data]).transactions
    found = duplicates.evidence(rows[rows["customer_id"].notna() & rows["product"].str.match(r"^\d{5}")])
    assert found.revenue_share == pytest.approx(0.0027, abs=1e-4)
    assert found.equal_share == pytest.approx(0.52, abs=0.02)
    assert found.chance_share == pytest.approx(0.23, abs=0.02)
    assert found.habit_share == pytest.approx(0.28, abs=0.02)
    assert (found.gap_equal, found.gap_other) == (10, 12)
