"""Purchases, and all buyers together."""

from __future__ import annotations

from insiders import handoff
from insiders.purchases import buyers, purchases_of
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
