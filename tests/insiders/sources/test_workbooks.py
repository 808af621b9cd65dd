"""Workbooks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from insiders.errors import SourceError
from insiders.sources import workbooks
from insiders.sources.files import behind

HEADER = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
WHEN = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001 a cell has no zone
SALE = [500001, 10001, "MUG", 2, WHEN, 1.5, 12346.0, "France"]
CANCELLED = ["C500002", "85123A", None, -2, WHEN, 1.5, None, "France"]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "d/m/yy h:mm"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_mixed_columns_keep_every_cell(tmp_path: Path) -> None:
    """A column of numbers that turns to text far down, as invoices do, loses nothing."""
    path = workbook(tmp_path / "a.xlsx", {"Sales": [HEADER, *[SALE] * 1_500, CANCELLED]})
    (part,) = workbooks.read(behind(path)[0])
    assert part.rows["invoice"].to_pylist()[-2:] == ["500001", "C500002"]
    assert part.rows["product"].to_pylist()[-2:] == ["10001", "85123A"]
    assert part.rows["time"].to_pylist()[-1] == "2010-12-01 08:26:00"
    assert part.rows["unit_price"].to_pylist()[0] == "1.5"
    assert part.rows["customer_id"].to_pylist()[-2:] == ["12346", None]


def test_every_sheet_of_transactions_is_a_part(tmp_path: Path) -> None:
    """Several sheets are read, and those that are about something else are named, not read."""
    path = workbook(
        tmp_path / "a.xlsx",
        {"2009": [HEADER, SALE], "Notes": [["Author"], ["Ann"]], "2010": [HEADER, SALE, SALE], "Empty": []},
    )
    parts = workbooks.read(behind(path)[0])
    assert [(part.place, part.rows.num_rows) for part in parts] == [
        ("a.xlsx, sheet '2009'", 1),
        ("a.xlsx, sheet '2010'", 2),
    ]
    assert [note.split(" was")[0] for note in parts[0].notes] == ["a.xlsx, sheet 'Notes'", "a.xlsx, sheet 'Empty'"]


def test_a_sheet_with_a_column_missing_stops_the_reading(tmp_path: Path) -> None:
    """Half a sheet of transactions is a fault, not a note."""
    path = workbook(tmp_path / "a.xlsx", {"2009": [HEADER, SALE], "2010": [HEADER[:5], SALE[:5]]})
    with pytest.raises(SourceError, match=r"sheet '2010': unit_price: no column"):
        workbooks.read(behind(path)[0])


def test_a_workbook_without_transactions_is_refused(tmp_path: Path) -> None:
    """Where no sheet holds transactions, the error says so of each."""
    path = workbook(tmp_path / "a.xlsx", {"Notes": [["Author"], ["Ann"]]})
    with pytest.raises(SourceError, match="none of the columns of transactions"):
        workbooks.read(behind(path)[0])
