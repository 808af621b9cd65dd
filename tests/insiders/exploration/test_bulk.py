"""Orders far above the usual."""

from __future__ import annotations

import pytest

from insiders.exploration.bulk import bulk_lines, bulk_products
from tests.insiders.small_shop import prepared

USUAL = [{"quantity": 2, "invoice": str(n)} for n in range(25)]
BOOKS = prepared(
    *USUAL,
    {"quantity": 60, "customer_id": "12002", "description": None},
    {"quantity": 50, "customer_id": "12003"},
    {"quantity": 49, "customer_id": "12003"},
    {"quantity": 900, "product": "10002"},
    {"quantity": 900, "kind": "netted"},
)


def test_bulk_is_far_above_the_usual() -> None:
    """Lines of 25 times the median quantity and more are bulk; netted lines and rare products are not."""
    bulk = bulk_lines(BOOKS)
    assert bulk["quantity"].tolist() == [60, 50]
    assert bulk["times_usual"].tolist() == [30.0, 25.0]


def test_bulk_by_product() -> None:
    """A product's bulk pieces are counted beside all its pieces."""
    (row,) = bulk_products(BOOKS, bulk_lines(BOOKS)).to_dict("records")
    assert (row["product"], row["description"]) == ("10001", "RED MUG")
    assert (row["usual_quantity"], row["largest_quantity"], row["bulk_lines"], row["bulk_items"]) == (2.0, 60, 2, 110)
    assert row["bulk_share"] == pytest.approx(110 / (50 + 60 + 50 + 49))


def test_no_bulk() -> None:
    """A shop without bulk orders has empty tables of the same columns."""
    books = prepared(*USUAL)
    assert bulk_lines(books).empty
    assert list(bulk_products(books, bulk_lines(books))) == list(bulk_products(BOOKS, bulk_lines(BOOKS)))
