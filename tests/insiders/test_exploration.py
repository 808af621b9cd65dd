"""What an analyst looks at first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.exploration import bulk_lines, bulk_products, feature_shapes, rank_correlation, strongest_pairs
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


def test_shapes_tell_what_a_logarithm_does() -> None:
    """The logarithm of a lognormal feature is symmetric, and zeros are counted as a share."""
    values = np.random.default_rng(1).lognormal(6, 1, 5_000)
    shapes = feature_shapes(pd.DataFrame({"a": values, "b": [0, 1] * 2_500}), ("a", "b")).set_index("feature")
    assert shapes["skew"]["a"] > 3
    assert abs(shapes["skew_of_log"]["a"]) < 0.2
    assert shapes["zeros"].to_dict() == {"a": 0.0, "b": 0.5}


def test_pairs_that_say_the_same() -> None:
    """Ranks decide, each pair is named once, and a constant feature is left out."""
    base = np.arange(1.0, 50.0)
    table = pd.DataFrame({"a": base, "b": base**3, "c": -base, "d": (base * 17) % 49, "e": 1.0})
    pairs = strongest_pairs(rank_correlation(table, ("a", "b", "c", "d", "e")), at_least=0.8)
    assert {frozenset(pair) for pair in zip(pairs["first"], pairs["second"], strict=True)} == {
        frozenset("ab"),
        frozenset("ac"),
        frozenset("bc"),
    }
    assert pairs["rho"].abs().tolist() == pytest.approx([1.0, 1.0, 1.0])
