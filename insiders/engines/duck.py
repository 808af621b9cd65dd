"""DuckDB in this process: where its memory is limited, its tables lie packed in a file and may be larger than it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from insiders.engines.engine import PART, ROW
from insiders.engines.statements import literal
from insiders.errors import AnalysisError, SourceError

MEMORY = "3GB"
"""What a notebook lets it take before it works in a folder for temporary files: a small host has room for it."""

GROUP_ROWS = 122_880
"""Rows of a group of a Parquet file: what DuckDB itself takes, a few megabytes."""


class Duck:
    """An engine in this process; see `insiders.engines.engine.Engine`."""

    distributed = False

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def files(self, name: str, paths: Sequence[str]) -> pa.Schema:
        """Name Parquet files; they are read when something is asked of them."""
        scan = f"read_parquet([{', '.join(map(literal, paths))}])"
        schema = self.table(f"SELECT * FROM {scan} LIMIT 0").schema
        place = f"CAST(file_index AS BIGINT) AS {PART}, file_row_number AS {ROW}"
        self.keep(name, f"SELECT *, {place} FROM {scan}", computed=False)
        return schema

    def keep(self, name: str, select: str, *, computed: bool = True) -> None:
        """Keep what a SELECT finds as a table, or the SELECT itself as a view."""
        self._run(f"CREATE OR REPLACE {'TABLE' if computed else 'VIEW'} {name} AS {select}")

    def table(self, select: str) -> pa.Table:
        """What a SELECT finds."""
        with _told():
            return self._connection.sql(select).to_arrow_table()

    def write(self, select: str, path: Path) -> None:
        """Write what a SELECT finds, a row group at a time, aside and then into place."""
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP_ROWS}"
        self._run(f"COPY ({select}) TO {literal(str(aside))} ({options})")
        aside.replace(path)

    def close(self) -> None:
        """Close the connection, and with it all that it held."""
        self._connection.close()

    def _run(self, statement: str) -> None:
        with _told():
            self._connection.execute(statement)


@contextmanager
def _told() -> Iterator[None]:
    """What DuckDB says of memory, disk and files, as the errors of this package."""
    try:
        yield
    except duckdb.OutOfMemoryException as full:
        raise AnalysisError(f"DuckDB has too little memory or disk: give it more of either ({full})") from full
    except (duckdb.IOException, duckdb.InvalidInputException) as broken:
        raise SourceError(f"the files cannot be read or written: {broken}") from broken


@contextmanager
def duck(*, memory: str | None = None, threads: int = 1, spill: Path | None = None) -> Iterator[Duck]:
    """DuckDB; with a limit on its memory, such as ``4GB``, tables and what does not fit lie in a folder in ``spill``.

    Where nothing is said it takes up to four fifths of the machine's memory, tables are held there, and ``spill`` is
    the folder for temporary files. One thread adds numbers up in one order, so that equal runs leave equal files.
    Tables in memory are made sooner and are not packed: beyond the limit they would be written and read again and
    again, many times as large.
    """
    with tempfile.TemporaryDirectory(prefix="insiders-duckdb-", dir=spill) as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {"temp_directory": folder, "threads": threads}
        if memory is not None:
            settings["memory_limit"] = memory
        place = ":memory:" if memory is None else str(Path(folder) / "tables")
        engine = Duck(duckdb.connect(place, config=settings))
        try:
            yield engine
        finally:
            engine.close()
