"""One table of a SQL database into a Parquet file: streamed, in the order of its key, changing nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from runner.errors import InputError
from runner.tables import database

ROWS_AT_ONCE = 50_000
SCHEMES = ("postgresql", "postgres", "sqlite")


def extract(url: str, path: Path) -> int:
    """Write the table that the URL names as `?table=name` or `#schema.table` to `path`, and count its rows.

    Numbers with decimals become float64, whole numbers int64; a time stamp with zone stays one, in UTC; types that
    Parquet does not share become text. Raises an `InputError`.
    """
    address, name = _split(url)
    engine = _engine(address)
    try:
        with engine.connect() as connection:
            return _write(connection, _table(connection, name), path)
    except (sa.exc.SQLAlchemyError, pa.ArrowException, ValueError) as fault:
        raise InputError(f"the table {name} could not be read: {' '.join(str(fault).split())[:300]}") from fault
    finally:
        engine.dispose()


def look(url: str) -> None:
    """Raise an `InputError` where the table is not there, or may not be read; no row of it is."""
    address, name = _split(url)
    engine = _engine(address)
    try:
        with engine.connect() as connection:
            connection.execute(sa.select(*_table(connection, name).columns).limit(0))
    except (sa.exc.SQLAlchemyError, ValueError) as fault:
        raise InputError(f"the table {name} cannot be read: {' '.join(str(fault).split())[:300]}") from fault
    finally:
        engine.dispose()


def _split(url: str) -> tuple[sa.URL, str]:
    """The database's own URL, and the name of the table."""
    whole, _, fragment = url.partition("#")
    address = sa.make_url(whole.replace("postgres://", "postgresql://", 1))
    name = fragment or address.query.get("table")
    if not isinstance(name, str) or not name:
        raise InputError("a database needs the name of a table: add ?table=NAME or #SCHEMA.NAME to the URL")
    return address.difference_update_query(["table"]), name


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() != "sqlite":
        return database.engine(address.render_as_string(hide_password=False)).execution_options(
            postgresql_readonly=True
        )
    path = Path(address.database or "").resolve()
    if not path.is_file():
        raise InputError(f"there is no database {path}")
    return sa.create_engine(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true", poolclass=sa.NullPool)


def _table(connection: sa.Connection, name: str) -> sa.Table:
    schema, _, plain = name.rpartition(".")
    try:
        return sa.Table(plain, sa.MetaData(), schema=schema or None, autoload_with=connection, resolve_fks=False)
    except sa.exc.NoSuchTableError:
        inspector = sa.inspect(connection)
        known = sorted([*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)])
        raise InputError(f"there is no table {name}; there are {', '.join(known[:20]) or 'none'}") from None


def _write(connection: sa.Connection, table: sa.Table, path: Path) -> int:
    kinds = {column.name: _kind(column.type) for column in table.columns}
    schema = pa.schema(list(kinds.items()))
    columns = [_plain(column) for column in table.columns]
    # In the order of the key the same rows make the same file, and so the same digest.
    query = sa.select(*columns).order_by(*table.primary_key.columns)
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        result = connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE).execute(query)
        for part in result.partitions():
            file.write_batch(_batch(part, schema))
            rows += len(part)
    return rows


def _plain(column: sa.Column) -> sa.ColumnElement[Any]:
    """The column, with floats instead of Python's decimals."""
    if isinstance(column.type, sa.Numeric) and not isinstance(column.type, sa.Float):
        return sa.type_coerce(column, sa.Numeric(asdecimal=False)).label(column.name)
    return column


def _batch(part: Sequence[sa.Row[Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*part, strict=True)
    return pa.RecordBatch.from_arrays(
        [_array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
    )


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_large_string(kind):
        values = [value if value is None or isinstance(value, str) else str(value) for value in values]
    if pa.types.is_integer(kind):
        values = [None if value is None else int(value) for value in values]
    return pa.array(values, kind)


def _kind(sql: sa.types.TypeEngine[Any]) -> pa.DataType:
    if isinstance(sql, sa.Numeric) and not isinstance(sql, sa.Float) and sql.scale == 0:
        return pa.int64()
    if isinstance(sql, sa.DateTime):
        return pa.timestamp("us", "UTC" if sql.timezone else None)
    for kind, arrow in (
        (sa.Boolean, pa.bool_()),
        (sa.Integer, pa.int64()),
        (sa.Float, pa.float64()),
        (sa.Numeric, pa.float64()),
        (sa.Date, pa.date32()),
    ):
        if isinstance(sql, kind):
            return arrow
    return pa.large_string()
