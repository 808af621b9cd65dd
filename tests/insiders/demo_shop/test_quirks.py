"""The quirks planted into the generated shop: each is there, and preparation meets it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders import demo_shop, quality
from insiders.sources import load
from insiders.transactions import duplicates, netting


@pytest.fixture(scope="module")
def shop() -> pd.DataFrame:
    """The rows of the default shop that meet the contract."""
    return load("demo").transactions


def test_every_kind_of_broken_row_is_there() -> None:
    """Missing values in each column that must be filled, impossible quantities and prices, and a time to come."""
    reasons = load("demo").quarantine["reason"]
    assert set(reasons) == {
        "invoice is missing or cannot be read",
        "product is missing or cannot be read",
        "time is missing or cannot be read",
        "time is later than today",
        "quantity is missing or cannot be read",
        "quantity is 0",
        "quantity is no whole number",
        "unit_price is missing or cannot be read",
        "unit_price is not finite",
    }
    assert (reasons.value_counts() >= 2).all()


@pytest.mark.parametrize(
    "finding",
    [
        "customer missing",
        "description missing",
        "cancelled or returned (quantity below 0, with a price)",
        "stock written off (quantity below 0, price 0)",
        "given away (quantity above 0, price 0)",
        "price below 0 (bad debt)",
        "code of no product",
        "line repeats another in every column",
        "code in lower case",
        "description with blanks at an end",
        "country that is none",
        "invoice with several times",
    ],
)
def test_every_finding_has_something_to_find(shop: pd.DataFrame, finding: str) -> None:
    """Each quirk touches some rows, and none more than a fifth of them."""
    shares = quality.findings(shop).set_index("finding")["share"].to_dict()
    assert 0 < shares[finding] < 0.2


def test_cancellations_by_line_and_by_sum(shop: pd.DataFrame) -> None:
    """The order beyond all measure is taken back line by line, another invoice by one manual entry."""
    known = shop[shop["customer_id"].notna() & shop["unit_price"].gt(0)]
    by_line = netting.lines(known, days=30)
    huge = known["quantity"].abs().eq(60_000)
    assert huge.sum() == 2
    assert by_line[huge].all()
    by_sum = netting.whole_invoices(known)
    assert known.loc[by_sum, "product"].eq("M").any()
    assert np.isclose((known["quantity"] * known["unit_price"])[by_sum].sum(), 0)


def test_repeated_lines_can_be_judged(shop: pd.DataFrame) -> None:
    """There are equal and unequal pairs of a product in an invoice, and more equal ones than habit explains."""
    evidence = duplicates.evidence(shop[shop["customer_id"].notna()])
    assert evidence.pairs > evidence.lines > 100
    assert evidence.equal_share > evidence.habit_share
    assert evidence.copies_at_most > 0


def test_without_quirks_nothing_is_odd() -> None:
    """A clean shop has no finding at all."""
    clean = demo_shop.generate(customers=100, quirks=False)
    findings = quality.findings(clean).set_index("finding")["rows"]
    odd = findings.drop(["country that is none", "line repeats another in every column"])
    assert not odd.any()
