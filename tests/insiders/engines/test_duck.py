"""DuckDB: files under a name, what is kept, what is written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders.engines.duck import duck
from insiders.errors import AnalysisError, SourceError


def test_lines_of_several_files_know_where_they_stand(tmp_path: Path) -> None:
    """Rows carry the number of their file and of their row in it, in the order in which the files were named."""
    paths = [tmp_path / f"{name}.parquet" for name in "ba"]
    for path in paths:
        pd.DataFrame({"name": [path.stem, path.stem]}).to_parquet(path)
    with duck() as engine:
        assert engine.files("files", [str(path) for path in paths]).names == ["name"]
        rows = engine.table("SELECT name, part, row FROM files ORDER BY part, row").to_pylist()
    assert [(row["name"], row["part"], row["row"]) for row in rows] == [
        ("b", 0, 0),
        ("b", 0, 1),
        ("a", 1, 0),
        ("a", 1, 1),
    ]


def test_what_is_written_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """A SELECT that fails leaves no file, nor the traces of one; one that succeeds leaves Parquet."""
    with duck() as engine:
        engine.keep("numbers", "SELECT range AS n FROM range(5)")
        engine.write("SELECT n FROM numbers ORDER BY n DESC", tmp_path / "deep" / "numbers.parquet")
        assert pd.read_parquet(tmp_path / "deep" / "numbers.parquet")["n"].tolist() == [4, 3, 2, 1, 0]
        with pytest.raises(SourceError, match="cannot be read or written"):
            engine.write("SELECT * FROM read_parquet('/nowhere.parquet')", tmp_path / "none.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_too_little_memory_and_disk_is_one_clear_error() -> None:
    """What does not fit is said in a sentence that names what to give."""
    with duck(memory="10MB") as engine, pytest.raises(AnalysisError, match="too little memory or disk"):
        engine.table("SELECT list(range) FROM range(10000000)")


def test_a_table_may_be_larger_than_the_memory_given(tmp_path: Path) -> None:
    """A table beyond the limit lies in a file of the folder for it, is found whole, and goes with the engine."""
    with duck(memory="40MB", spill=tmp_path) as engine:
        engine.keep("numbers", "SELECT hash(range) AS n FROM range(10000000)")
        assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) > 2**26
        assert engine.table("SELECT count(*), count(DISTINCT n % 1000) FROM numbers").to_pylist() == [
            {"count_star()": 10_000_000, "count(DISTINCT (n % 1000))": 1_000}
        ]
    assert list(tmp_path.iterdir()) == []
