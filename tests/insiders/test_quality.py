"""What is odd in raw transactions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders.quality import findings
from insiders.sources import load
from insiders.transactions.filters import PRESETS
from tests.insiders.small_shop import raw


def test_rows_share_and_value() -> None:
    """A finding has its rows, their share of all rows, and their value."""
    table = findings(raw({}, {"customer_id": None, "quantity": 4}, {}, {})).set_index("finding")
    assert table.loc[["customer missing"], ["rows", "share", "value"]].to_numpy().tolist() == [[1, 0.25, 6.0]]
    assert table.loc[["description missing"], ["rows", "share", "value"]].to_numpy().tolist() == [[0, 0.0, 0.0]]


def test_contradictions() -> None:
    """All rows of an invoice with two times, or a product with two descriptions, are touched; missing ones are none."""
    rows = raw(
        {"invoice": "1", "time": "2024-03-04 10:00"},
        {"invoice": "1", "time": "2024-03-04 10:01", "description": "PLATE"},
        {"invoice": "2", "product": "10002"},
        {"invoice": "3", "product": "10002", "description": None, "customer_id": None},
    )
    table = findings(rows).set_index("finding")["rows"].to_dict()
    assert table["invoice with several times"] == 2
    assert table["product with several descriptions"] == 2
    assert table["invoice with several customers"] == 0


def test_the_treatment_is_that_of_the_filters() -> None:
    """What is done about a finding follows from the filters in use."""
    rows = raw({"product": "10001a", "unit_price": 0.01}, {"country": "Unspecified"})
    strict = findings(rows).set_index("finding")["treatment"]
    classic = findings(rows, filters=PRESETS["classic"]).set_index("finding")["treatment"]
    assert (strict["code in lower case"], strict["country that is none"]) == ("folded to upper case", "kept")
    assert classic["code in lower case"].startswith("kept as written")
    assert classic["country that is none"] == "left out"
    assert "price above 0 and below 0.04" in classic.index
    assert "price above 0 and below 0.04" not in strict.index


@pytest.fixture(scope="module")
def real(real_data: Path) -> dict[str, int]:
    """Rows of each finding in the real file."""
    table: pd.DataFrame = findings(load("uci:online-retail", places=[real_data]).transactions)
    return {str(name): int(rows) for name, rows in zip(table["finding"], table["rows"], strict=True)}


@pytest.mark.parametrize(
    ("finding", "rows"),
    [
        ("customer missing", 135_080),
        ("description missing", 1_454),
        ("cancelled or returned (quantity below 0, with a price)", 9_288),
        ("stock written off (quantity below 0, price 0)", 1_336),
        ("given away (quantity above 0, price 0)", 2_515 - 1_336),
        ("price below 0 (bad debt)", 2),
        ("code of no product", 2_995),
        ("line repeats another in every column", 5_268),
        ("code in lower case", 1_942),
        ("description with blanks at an end", 113_452),
        ("country that is none", 446 + 61),
        ("invoice with several customers", 0),
    ],
)
def test_the_known_quirks_of_the_real_file(real: dict[str, int], finding: str, rows: int) -> None:
    """The findings in Online Retail are those that are known of it, to the row."""
    assert real[finding] == rows
