"""Parts as written, turned into typed rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from insiders import handoff
from insiders.columns import RAW, REQUIRED, SHEET
from insiders.errors import SourceError
from insiders.sources.files import Part
from insiders.sources.raw import Reading, transcribe

SALE = ("500001", "10001", "MUG", "2", "2024-03-04 10:00", "1.5", "12001.0", "France")
READING = Reading(today=date(2024, 6, 1))


def part(*rows: tuple[Any, ...], place: str = "a.csv", **more: Any) -> Part:
    columns = {name: pa.array([row[number] for row in rows], pa.string()) for number, name in enumerate(REQUIRED)}
    return Part(place, pa.table(columns), **more)


def but(**changes: str | None) -> tuple[Any, ...]:
    return tuple(changes.get(name, value) for name, value in zip(REQUIRED, SALE, strict=True))


def test_rows_are_typed_and_optional_columns_there() -> None:
    """Text is turned into the contract's types, and store and category are empty columns where there are none."""
    rows = transcribe([part(SALE)], READING).rows
    assert list(rows) == [*RAW, SHEET]
    assert rows.dtypes[["quantity", "time", "unit_price"]].astype(str).tolist() == [
        "int64",
        "datetime64[ns]",
        "float64",
    ]
    assert rows[["customer_id", "quantity", "unit_price", "sheet"]].to_numpy().tolist() == [["12001", 2, 1.5, "a.csv"]]
    assert rows[["store", "category"]].isna().all(axis=None)


def test_broken_rows_are_set_aside_as_written() -> None:
    """The quarantine says where a row stands, why it is there, and what was written; the other rows go on."""
    raw = transcribe(
        [part(SALE, but(quantity="two"), SALE), part(but(time="2024-06-02"), SALE, place="b.csv")], READING
    )
    assert len(raw.rows) == 3
    aside = handoff.check("quarantine", raw.quarantine)
    assert aside[["place", "row"]].to_numpy().tolist() == [["a.csv", 2], ["b.csv", 1]]
    assert aside["reason"].tolist() == ["quantity is missing or cannot be read", "time is later than today"]
    assert aside["quantity"].tolist() == ["two", "2"]


def test_ragged_lines_are_in_the_quarantine() -> None:
    """A line that could not be cut into fields is counted with the rows that break the contract."""
    aside = transcribe([part(SALE, ragged=[(3, "line has 9 fields")])], READING).quarantine
    assert aside[["row", "reason"]].to_numpy().tolist() == [[3, "line has 9 fields"]]
    assert handoff.check("quarantine", aside)["invoice"].isna().all()


def test_wrong_types_are_an_error_that_names_them_all() -> None:
    """A column that is for the most part no number or no time is not set aside row by row: it is the wrong column."""
    wrong = but(quantity="many", time="later", unit_price="2,55")
    with pytest.raises(SourceError) as caught:
        transcribe([part(wrong, wrong, SALE), part(SALE, place="b.csv"), part(wrong, place="c.csv")], READING)
    told = str(caught.value)
    assert "quantity: 2 of 3 values are no number, for example 'many'" in told
    assert "time: 2 of 3 values are no time, for example 'later'" in told
    assert "say decimal=','" in told
    assert "c.csv" in told
    assert "b.csv" not in told


def test_parts_without_rows_and_rows_without_use() -> None:
    """A header alone, and a file of which no row can be used, are errors."""
    with pytest.raises(SourceError, match=r"a\.csv: holds the names of columns and no rows"):
        transcribe([part()], READING)
    with pytest.raises(SourceError, match="no row can be used: invoice is missing"):
        transcribe([part(but(invoice=None))], READING)


def test_the_sheet_column_names_the_part() -> None:
    """Where a file keeps the sheets of a workbook in a column, each is a part of its own."""
    rows = part(SALE, SALE).rows.append_column(SHEET, pa.array(["2009", "2010"]))
    assert transcribe([Part("a.parquet", rows)], READING).rows[SHEET].tolist() == ["2009", "2010"]


def test_nothing_given_is_changed() -> None:
    """The same part gives the same rows twice."""
    one = part(SALE, but(quantity="0"))
    pd.testing.assert_frame_equal(transcribe([one], READING).rows, transcribe([one], READING).rows)
