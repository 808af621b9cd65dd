"""Purchases, and all buyers together."""

from __future__ import annotations

from pathlib import Path

import pytest

from insiders import handoff
from insiders.customers.purchases import buyers, purchases_of
from insiders.sources import load
from insiders.transactions import prepare
from tests.insiders.small_shop import prepared

BOOKS = prepared(
    {"quantity": 4, "unit_price": 2.0},
    {"quantity": -1, "unit_price": 2.0},
    {"quantity": 9, "unit_price": 9.0, "kind": "netted"},
    {"quantity": 1, "unit_price": 5.0, "customer_id": "12002"},
    {"quantity": -1, "unit_price": 7.0, "customer_id": "12003"},
)


def test_purchases_are_neither_returns_nor_netted() -> None:
    """Only lines of kind purchase remain."""
    assert purchases_of(BOOKS)["revenue"].tolist() == [8.0, 5.0]


def test_buyers_together() -> None:
    """Buyers count once, returns lower the net only, and who only returned is no buyer."""
    row = handoff.check("buyers", buyers(BOOKS)).iloc[0]
    assert row.to_dict() == {"customers": 2, "gross_revenue": 13.0, "net_revenue": 11.0, "items": 5}


def test_the_real_shop(real_data: Path) -> None:
    """By the classic filters 4,328 buyers bought for 8,551,084.53 pounds."""
    raw = load("uci:online-retail", places=[real_data]).transactions
    row = buyers(prepare(raw, preset="classic", min_days=1).transactions).iloc[0]
    assert row["customers"] == 4_328
    assert row["gross_revenue"] == pytest.approx(8_551_084.53, abs=0.005)
