"""The formats transactions come in."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from insiders.errors import SourceError
from insiders.sources import readers
from tests.insiders.small_shop import raw

SALES = raw({}, {"invoice": "500002", "quantity": 3})


def test_parquet_reads_only_the_columns_that_serve(tmp_path: Path) -> None:
    """A Parquet file gives its own types, and columns that are not needed stay on disk."""
    SALES.assign(clerk="Ann").to_parquet(tmp_path / "sales.parquet")
    (part,) = readers.read(tmp_path / "sales.parquet")
    assert "clerk" not in part.rows.column_names
    assert part.rows["quantity"].to_pylist() == [2, 3]


def test_a_folder_of_different_files(tmp_path: Path) -> None:
    """All files of a folder are read in the order of their names; what is no data is named, not read."""
    SALES.to_parquet(tmp_path / "b.parquet")
    SALES.to_csv(tmp_path / "a.csv.gz", index=False)
    (tmp_path / "README.md").write_text("about")
    parts = readers.read(tmp_path)
    assert [part.place for part in parts] == ["a.csv", "b.parquet"]
    assert parts[0].notes == ["README.md was not read: its name ends in none of the known formats"]


def test_zip(tmp_path: Path) -> None:
    """The members of a zip archive are read as the files of a folder are."""
    with zipfile.ZipFile(tmp_path / "sales.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2010.csv", SALES.to_csv(index=False))
        archive.writestr("2011.csv", SALES.to_csv(index=False))
    assert [part.place for part in readers.read(tmp_path / "sales.zip")] == ["2010.csv", "2011.csv"]


def test_all_faults_of_all_files_in_one_error(tmp_path: Path) -> None:
    """One error names what is wrong with each file of a folder."""
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and then nothing")
    (tmp_path / "c.xlsx").write_bytes(b"no workbook")
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(SALES.to_csv(index=False).encode() * 100)[:-20])
    (tmp_path / "e.csv").write_bytes(b"")
    with pytest.raises(SourceError) as caught:
        readers.read(tmp_path)
    told = str(caught.value)
    for part in (
        "a.csv: invoice: no column",
        "b.parquet: is broken",
        "c.xlsx: is broken",
        "d.csv: is broken",
        "e.csv: is empty",
    ):
        assert part in told


def test_nothing_to_read(tmp_path: Path) -> None:
    """A folder without any known format says what is there and what could be read."""
    (tmp_path / "sales.sav").write_text("x")
    with pytest.raises(SourceError, match=r"holds sales\.sav; what can be read ends in \.csv"):
        readers.read(tmp_path)
