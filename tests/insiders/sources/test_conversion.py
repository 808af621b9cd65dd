"""Columns as written, turned into text, numbers and times."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from insiders.errors import SourceError
from insiders.sources import conversion


def column(*values: Any, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(values), type=kind)])


@pytest.mark.parametrize(
    "written",
    [
        column(12346.0, None),
        column(12346, None),
        column("12346.0", " "),
        column(" 12346", ""),
        column(12346.0, float("nan")),
    ],
)
def test_identifiers_are_text_without_decimals(written: pa.ChunkedArray) -> None:
    """A customer is the same text however a file stores it, and blank is missing."""
    assert conversion.text(written, identifier=True).tolist() == ["12346", pd.NA]


def test_codes_and_descriptions_stay_as_written() -> None:
    """Only identifiers are trimmed."""
    assert conversion.text(column(" 85123A ", "22.0")).tolist() == [" 85123A ", "22.0"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (column("2.55", " 3 ", "1e2", "-4"), [2.55, 3.0, 100.0, -4.0]),
        (column(Decimal("2.55"), Decimal("1.00")), [2.55, 1.0]),
        (column(1, 2), [1.0, 2.0]),
    ],
)
def test_numbers(written: pa.ChunkedArray, read: list[float]) -> None:
    """Numbers are read from text, decimals and whole numbers alike."""
    assert conversion.number(written).tolist() == read


def test_what_is_no_number_is_missing() -> None:
    """Words, empty cells, thousands signs and columns of another type give no number."""
    assert conversion.number(column("six", None, "1,5")).isna().all()
    assert conversion.number(column(True, False)).isna().all()


def test_the_decimal_sign_is_as_said() -> None:
    """With a decimal comma 1,5 is one and a half, and 1.5 is no number any more."""
    assert conversion.number(column("1,5", "1.5"), decimal=",").tolist()[0] == 1.5
    assert conversion.number(column("1,5", "1.5"), decimal=",").isna().tolist() == [False, True]


NOON = pd.Timestamp("2010-12-13 08:26")


@pytest.mark.parametrize(
    "written",
    [
        column("2010-12-13 08:26:00"),
        column("2010-12-13T08:26:00Z"),
        column("2010-12-13 08:26:00.000+05:30"),
        column("13.12.2010 08:26"),
        column("12/13/2010 8:26"),
        column("13/12/2010 08:26:00"),
        column(datetime(2010, 12, 13, 8, 26)),  # noqa: DTZ001 the shop's clock has no zone
        column(NOON.value // 1_000_000, kind=pa.int64()).cast(pa.timestamp("ms")),
        column((NOON - pd.Timedelta(hours=2)).value // 1_000, kind=pa.int64()).cast(pa.timestamp("us", "+02:00")),
    ],
)
def test_times(written: pa.ChunkedArray) -> None:
    """Times are read however they are written, and a zone is dropped: the shop's clock stays."""
    assert conversion.time(written).tolist() == [NOON]


def test_a_date_is_its_midnight() -> None:
    """A day without a time of day is read as midnight, also when stored as a date."""
    assert conversion.time(column(date(2010, 12, 13))).tolist() == [pd.Timestamp("2010-12-13")]


def test_what_is_no_time_is_missing() -> None:
    """Words, numbers and years beyond the range of time stamps give no time."""
    assert conversion.time(column("soon", "2010-12-13")).isna().tolist() == [True, False]
    assert conversion.time(column(40525.35)).isna().all()
    assert conversion.time(column(datetime(9999, 1, 1))).isna().all()  # noqa: DTZ001


def test_day_and_month_are_told_apart_by_the_data() -> None:
    """One row that can only be read in one order decides for all."""
    assert conversion.time(column("12/13/2010", "1/2/2010")).tolist()[1] == pd.Timestamp("2010-01-02")
    assert conversion.time(column("13/12/2010", "1/2/2010")).tolist()[1] == pd.Timestamp("2010-02-01")


def test_day_and_month_are_never_guessed() -> None:
    """Where no row decides, the reader is asked; when told, it obeys."""
    with pytest.raises(SourceError, match="day_first=True or day_first=False"):
        conversion.time(column("1/2/2010", "3/4/2010"))
    assert conversion.time(column("1/2/2010"), day_first=True).tolist() == [pd.Timestamp("2010-02-01")]
    assert conversion.time(column("1/2/2010"), day_first=False).tolist() == [pd.Timestamp("2010-01-02")]


def test_chunks_with_dictionaries_of_their_own() -> None:
    """Columns that are stored by dictionary, one for each chunk, are read like others."""
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["b", None]).dictionary_encode()]
    assert conversion.text(pa.chunked_array(chunks)).tolist() == ["a", "b", "b", pd.NA]
