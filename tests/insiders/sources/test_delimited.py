"""Delimited text files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from insiders.errors import SourceError
from insiders.sources import delimited
from insiders.sources.files import Part, behind

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country,Clerk\n"
LINE = '500001,10001,"MUG, £2 OFF",2,2024-03-04 10:00,1.5,12001,France,Ann\n'


def read(path: Path, written: bytes) -> Part:
    path.write_bytes(written)
    (part,) = delimited.read(behind(path)[0])
    return part


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    """The pound sign is read right from every encoding such files come in."""
    part = read(tmp_path / "sales.csv", (HEADER + LINE).encode(encoding))
    assert part.rows["description"].to_pylist() == ["MUG, £2 OFF"]
    assert part.rows["invoice"].to_pylist() == ["500001"]


def test_a_late_byte_decides_the_encoding(tmp_path: Path) -> None:
    """The whole file is looked at: a pound sign in ISO-8859-1 after a megabyte of ASCII still counts."""
    plain = LINE.replace("£", "")
    part = read(tmp_path / "sales.csv", (HEADER + plain * 20_000 + LINE).encode("iso-8859-1"))
    assert part.rows["description"][-1].as_py() == "MUG, £2 OFF"
    assert part.rows.num_rows == 20_001


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separators_are_found_out(tmp_path: Path, separator: str) -> None:
    """Semicolons, tabs and bars separate as well as commas."""
    header, line = (text.replace(",", separator).replace(f"MUG{separator}", "MUG,") for text in (HEADER, LINE))
    part = read(tmp_path / "sales.csv", (header + line).encode())
    assert part.rows["country"].to_pylist() == ["France"]


def test_only_columns_of_transactions_are_read_and_all_as_text(tmp_path: Path) -> None:
    """Values stay as written until they are converted, and what is not needed is not read."""
    part = read(tmp_path / "sales.csv", (HEADER + LINE.replace("1.5", "one")).encode())
    assert part.rows["unit_price"].to_pylist() == ["one"]
    assert "Clerk" not in part.rows.column_names


def test_empty_cells_are_missing(tmp_path: Path) -> None:
    """An empty cell, and what databases write for it, is missing."""
    part = read(tmp_path / "sales.csv", (HEADER + LINE.replace("12001", "") + LINE.replace("12001", "NULL")).encode())
    assert part.rows["customer_id"].to_pylist() == [None, None]


def test_ragged_lines_are_told_and_not_lost(tmp_path: Path) -> None:
    """A line with a field too many or too few is set aside with its number; the others are read."""
    part = read(
        tmp_path / "sales.csv", (HEADER + LINE + LINE.replace(",Ann", ",Ann,Bob") + "500002,10001\n" + LINE).encode()
    )
    assert part.rows.num_rows == 2
    assert [number for number, _ in part.ragged] == [3, 4]
    assert "10 fields where the header has 9" in part.ragged[0][1]


def test_line_breaks_inside_quotes(tmp_path: Path) -> None:
    """A quoted description may run over two lines."""
    part = read(tmp_path / "sales.csv", (HEADER + LINE.replace("MUG, £2", "MUG\nTWO")).encode())
    assert part.rows["description"].to_pylist() == ["MUG\nTWO OFF"]


def test_gzip(tmp_path: Path) -> None:
    """A packed file is read like a plain one."""
    assert read(tmp_path / "sales.csv.gz", gzip.compress((HEADER + LINE).encode())).rows.num_rows == 1


def test_empty_and_binary_files_are_refused(tmp_path: Path) -> None:
    """A file of 0 bytes and one that is no text are expected errors."""
    with pytest.raises(SourceError, match="is empty"):
        read(tmp_path / "sales.csv", b"")
    with pytest.raises(SourceError, match="is no text file"):
        read(tmp_path / "sales.csv", b"PK\x03\x04\x00\x00")
