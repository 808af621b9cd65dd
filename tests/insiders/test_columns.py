"""Which column of a file serves as which."""

from __future__ import annotations

import pytest

from insiders.columns import RAW, REQUIRED, claim, related
from insiders.errors import SourceError

UCI_ONE = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
UCI_TWO = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country", "Sheet"]


@pytest.mark.parametrize("names", [UCI_ONE, UCI_TWO, list(RAW), [name.upper() for name in RAW]])
def test_known_layouts_need_no_mapping(names: list[str]) -> None:
    """Both layouts of the UCI files and the contract's own names are understood as they are."""
    claimed = claim(names)
    assert set(claimed) >= set(REQUIRED)
    assert [claimed[column] for column in REQUIRED] == names[:8]


def test_case_blanks_and_punctuation_do_not_matter() -> None:
    """A name is compared without case, blanks and punctuation."""
    claimed = claim(
        [" invoice no ", "STOCK-CODE", "description", "qty", "invoice_date", "unit price", "Customer", "country"]
    )
    assert claimed["invoice"] == " invoice no "
    assert claimed["unit_price"] == "unit price"


def test_a_mapping_names_other_columns() -> None:
    """A mapping says which column serves, and a column that it takes serves nothing else."""
    names = ["order", *UCI_ONE[1:], "Price"]
    claimed = claim(names, {"invoice": "Order", "unit_price": "UnitPrice"})
    assert claimed["invoice"] == "order"
    assert claimed["unit_price"] == "UnitPrice"


def test_everything_wrong_is_named_at_once() -> None:
    """One error names every missing, doubtful and misspelt column, and the columns there are."""
    names = ["Invoice", "InvoiceNo", "StockCode", "Description", "Quantity", "Country"]
    with pytest.raises(SourceError) as caught:
        claim(names, {"moment": "when", "customer_id": "client"})
    told = str(caught.value)
    for part in (
        "'moment'",
        "invoice: 'Invoice', 'InvoiceNo'",
        "time: no column",
        "unit_price:",
        "'client'",
        "'Country'",
    ):
        assert part in told


def test_a_sheet_of_notes_is_told_from_one_with_a_column_missing() -> None:
    """Names none of which is known do not belong to transactions; one known name is enough."""
    assert not related(["Author", "Remark"])
    assert related(["Author", "StockCode"])
    assert related(["Author", "Remark"], {"invoice": "remark"})
