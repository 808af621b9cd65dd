"""Columns of Parquet files, whatever their types, as text, numbers and times."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insiders.columns import RAW, claim
from insiders.engines.duck import duck
from insiders.engines.statements import literal
from insiders.errors import SourceError
from insiders.sources import load
from insiders.transactions.written import typed, unblanked

AT = datetime(2024, 3, 4, 10, 0)  # noqa: DTZ001 the shop's clock has no zone
COLUMNS: dict[str, pa.Array] = {
    "Invoice": pa.array([536365.0, 536366.0, 536367.0]),
    "StockCode": pa.array([" 85123a", "85\u00a0", "10002"]),
    "Description": pa.array(["", "  ", "MUG "]),
    "Quantity": pa.array([6.0, float("nan"), -1.0]),
    "InvoiceDate": pa.array(["2024-03-04 10:00", " 2024-03-04 10:00:00 ", "2024-03-05"]),
    "Price": pa.array([" 2.55", "3.39", "7"]),
    "Customer ID": pa.array(["17850.0", " 13047 ", None]),
    "Country": pa.array(["France", None, "EIRE"]).dictionary_encode(),
}


def test_types_are_read_as_the_loader_reads_them(tmp_path: Path) -> None:
    """Numbers as text, text as numbers, blanks, 12346.0 and dictionaries mean what they mean to `sources.load`."""
    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table(COLUMNS), path)
    with duck() as engine:
        schema = engine.files("files", [str(path)])
        found = engine.table(f"SELECT * FROM ({typed(schema, claim(schema.names))}) ORDER BY part, row").to_pandas()
    loaded = load(str(path))
    assert len(loaded.quarantine) == 1  # the second has no quantity
    expected = loaded.transactions.astype({"quantity": "float64"})
    there = found.drop(index=1).reset_index(drop=True).rename(columns={"pieces": "quantity"})[list(RAW)]
    for column in RAW:
        assert there[column].fillna("missing").tolist() == expected[column].fillna("missing").tolist()


def test_times_with_a_zone_are_refused(tmp_path: Path) -> None:
    """What the shop's clock showed cannot be told from a time in another zone, so nothing is guessed."""
    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({**COLUMNS, "InvoiceDate": pa.array([pd.Timestamp(AT, tz=UTC)] * 3)}), path)
    with duck() as engine:
        schema = engine.files("files", [str(path)])
    with pytest.raises(SourceError, match="write the time on the shop's clock"):
        typed(schema, claim(schema.names))


@pytest.mark.parametrize(
    "ends", ["", " ", "\t", "\n", "\xa0", "\u2003", "\u3000", "é", "e\u0301", "~", "}", "!", ".", "'", "雪", "😀"]
)
def test_blanks_go_from_both_ends_and_nothing_else(ends: str) -> None:
    """A text is trimmed as pandas trims it, whatever it begins and ends with, quickly or not."""
    texts = [f"{ends}{middle}{ends}" for middle in ("a b", "~", "", " x", "ß")]
    with duck() as engine:
        engine.keep("texts", f"SELECT unnest([{', '.join(map(literal, texts))}]) AS text")
        found = engine.table(f"SELECT {unblanked('text')} AS text FROM texts").column("text").to_pylist()
    assert found == pd.Series(texts).str.strip().tolist()
