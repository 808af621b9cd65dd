"""Invoices that stand in two parts of a source."""

from __future__ import annotations

import pandas as pd

from insiders.sources.overlap import repeated
from tests.insiders.small_shop import raw

ONE, TWO, THREE = {"invoice": "1"}, {"invoice": "2"}, {"invoice": "3"}


def test_an_invoice_in_two_parts_counts_in_the_later() -> None:
    """The same rows in another order are the same invoice; the earlier part's rows go."""
    rows = raw(ONE, TWO, {**TWO, "product": "10002"}, {**TWO, "product": "10002"}, TWO, THREE)
    assert repeated(rows, pd.Series([0, 0, 0, 1, 1, 1])).tolist() == [False, True, True, False, False, False]


def test_an_invoice_that_goes_on_is_left_alone() -> None:
    """Where the second part knows other lines of the invoice, or more of them, both parts stay."""
    rows = raw(ONE, {**ONE, "quantity": 5}, TWO, TWO, TWO)
    assert not repeated(rows, pd.Series([0, 1, 0, 1, 1])).any()


def test_repeats_inside_one_part_are_another_matter() -> None:
    """Equal lines of one part are duplicates, not an overlap."""
    assert not repeated(raw(ONE, ONE), pd.Series([0, 0])).any()


def test_a_third_part() -> None:
    """Of three parts with the same invoice the last one counts."""
    assert repeated(raw(ONE, ONE, ONE), pd.Series([0, 1, 2])).tolist() == [True, True, False]
