"""Rows from a run's Parquet files into the database: staged under the run's id, once, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import sqlalchemy as sa

from runner.delivery import sums
from runner.delivery.publication import Rows, Staged
from runner.errors import DeliveryError, listed
from runner.records import digests
from runner.tables import silence
from runner.tables.database import insert

PUBLISHED = ("customers", "segments", "forecasts", "sales", "totals", "series_totals", "model_scores", "answers")
"""Tables that notebooks may fill, whatever else the database holds; their columns are the database's."""
BATCH_ROWS = 50_000
DELIVERIES = sa.table(
    "deliveries",
    *(sa.column(name, sa.Text) for name in ("run_id", "table_name", "sha256", "step")),
    sa.column("rows", sa.BigInteger),
    sa.column("delivered_at", sa.DateTime),
)


@dataclass(frozen=True)
class _Kind:
    """How columns of one SQL type travel."""

    accepts: Callable[[pa.DataType], bool]
    travels_as: pa.DataType
    words: str


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _is_moment(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) and kind.tz is None


_NUMBERS = _Kind(_is_number, pa.float64(), "numbers")
_TEXT = _Kind(_is_text, pa.large_string(), "text")
_KINDS: tuple[tuple[type[sa.types.TypeEngine], _Kind], ...] = (
    (sa.Boolean, _Kind(pa.types.is_boolean, pa.bool_(), "yes or no")),
    (sa.Integer, _Kind(pa.types.is_integer, pa.int64(), "whole numbers")),
    (sa.Float, _NUMBERS),
    (sa.Numeric, _NUMBERS),
    (sa.DateTime, _Kind(_is_moment, pa.timestamp("us"), "time stamps without zone")),
    (sa.JSON, _TEXT),
    (sa.String, _TEXT),
)
"""Looked through in this order."""


def stage(connection: sa.Connection, run_id: str, step: str, rows: Rows, path: Path) -> Staged:
    """Insert the rows of `path` under the run's id, unless the very same rows are there already.

    Raises a `DeliveryError` where the table is not one to publish, the columns or types differ from the table's, the
    run has published other rows to it before, or the file is not the one that was asked for.
    """
    table = _table(connection, rows.name)
    _check_columns(table, pq.read_schema(path))
    place = f"{connection.engine.url.get_backend_name()} table {table.name}"
    if not _claim(connection, run_id, step, rows):
        return Staged(name=rows.name, rows=rows.rows, place=place)
    load = _copy if connection.dialect.name == "postgresql" else _insert
    for batch in _batches(table, path, run_id):
        load(connection, table, batch)
    found = connection.execute(
        sa.select(sa.func.count()).where(table.c.run_id == run_id).select_from(table)
    ).scalar_one()
    if found != rows.rows or digests.of_file(path) != rows.sha256:
        raise DeliveryError(
            f"{rows.name}: {rows.rows:,} rows were announced, {found:,} arrived, or the file has changed"
        )
    expected = sums.of_file(path, BATCH_ROWS)
    if faults := sums.differing(expected, sums.of_table(connection, table, run_id, expected)):
        raise DeliveryError(listed(f"{rows.name}: the rows did not arrive as they are in the file:", faults))
    return Staged(name=rows.name, rows=found, place=place)


def _table(connection: sa.Connection, name: str) -> sa.Table:
    if name not in PUBLISHED:
        raise DeliveryError(f"{name}: is no table to publish; those are {', '.join(sorted(PUBLISHED))}")
    return sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)


def _check_columns(table: sa.Table, schema: pa.Schema) -> None:
    wanted = {column.name: column for column in table.columns if column.name != "run_id"}
    faults = [f"{name}: is missing" for name in wanted if name not in schema.names]
    faults += [f"{name}: the table has no such column" for name in schema.names if name not in wanted]
    for field in schema:
        if field.name in wanted:
            kind = _kind(wanted[field.name])
            if not kind.accepts(field.type) and not pa.types.is_null(field.type):
                faults.append(f"{field.name}: {kind.words} expected, the file has {field.type}")
    if faults or len(schema.names) != len(set(schema.names)):
        raise DeliveryError(listed(f"the rows do not fit the table {table.name}:", faults or ["a column stands twice"]))


def _kind(column: sa.Column) -> _Kind:
    return next(kind for sql, kind in _KINDS if isinstance(column.type, sql))


def _claim(connection: sa.Connection, run_id: str, step: str, rows: Rows) -> bool:
    """Whether this transaction is the one to insert the rows; two that try at once wait for each other here."""
    values = {
        "run_id": run_id,
        "table_name": rows.name,
        "sha256": rows.sha256,
        "rows": rows.rows,
        "step": step,
        "delivered_at": datetime.now(UTC).replace(tzinfo=None),
    }
    if connection.execute(insert(connection, DELIVERIES).values(values).on_conflict_do_nothing()).rowcount:
        return True
    key = sa.and_(DELIVERIES.c.run_id == run_id, DELIVERIES.c.table_name == rows.name)
    earlier = connection.execute(sa.select(DELIVERIES.c.sha256).where(key)).scalar_one()
    if earlier != rows.sha256:
        raise DeliveryError(f"{rows.name}: this run has published other rows to this table before; start a new run")
    return False


def _batches(table: sa.Table, path: Path, run_id: str) -> Iterator[pa.RecordBatch]:
    """The file's rows in the table's columns and types, the run's id in front, missing where a number is none."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            columns = {"run_id": pa.repeat(pa.scalar(run_id), len(batch))}
            for column in table.columns:
                if column.name != "run_id":
                    columns[column.name] = _values(batch.column(column.name), column)
            yield pa.RecordBatch.from_pydict({column.name: columns[column.name] for column in table.columns})


def _values(values: pa.Array, column: sa.Column) -> pa.Array:
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    if isinstance(column.type, sa.JSON):
        _check_json(values, column.name)
    # Databases keep microseconds.
    return pc.cast(values, _kind(column).travels_as, safe=False)


def _check_json(values: pa.Array, name: str) -> None:
    for value in values.drop_null().to_pylist():
        try:
            json.loads(value)
        except ValueError as fault:
            raise DeliveryError(f"{name}: {value[:80]!r} is no JSON ({fault})") from fault


def _copy(connection: sa.Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    """PostgreSQL's bulk load: CSV in which a missing value is empty and an empty text is quoted."""
    text = BytesIO()
    pyarrow.csv.write_csv(batch, text, pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    text.seek(0)
    name, columns = _names(connection, table)
    silence.heard()
    with closing(connection.connection.cursor()) as cursor:
        cast("Any", cursor).copy_expert(f"COPY {name} ({columns}) FROM STDIN WITH (FORMAT csv)", text)


def _insert(connection: sa.Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    """SQLite's way: one prepared statement for all rows, past SQLAlchemy's types, which would encode JSON twice."""
    stamps = [
        pc.cast(column, pa.string()) if pa.types.is_timestamp(column.type) else column for column in batch.columns
    ]
    name, columns = _names(connection, table)
    marks = ", ".join("?" * len(stamps))
    statement = f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608 - names from the reflected table
    connection.exec_driver_sql(statement, list(zip(*(column.to_pylist() for column in stamps), strict=True)))


def _names(connection: sa.Connection, table: sa.Table) -> tuple[str, str]:
    """The table's name and its columns' names, quoted where the dialect asks for it."""
    preparer = connection.dialect.identifier_preparer
    return preparer.format_table(table), ", ".join(preparer.format_column(column) for column in table.columns)
