"""The rows that two runs published: who entered and who left, and what turned in the columns of those who stayed.

Tables are read from the files of the runs, by the record of what each step asked to publish. The runner knows nothing
of what they hold: a row is told by the shortest row of first columns that names every row once in both runs, and a
column is counted by its type. So `customers` are told by `customer_id` and forecasts by level, series and date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from runner.comparison import columns
from runner.comparison.columns import Matched
from runner.comparison.published import Rows
from runner.comparison.side import MissingError, Side

LARGEST_BYTES = 512 << 20
MOST_ROWS = 2_000_000
MOST_UNPACKED = 1 << 30
"""Bytes of a table in memory, as its file tells them."""
EXAMPLES = 10
MOST_TABLES = 50
_JOINT = "\x1f"
"""Stands between the parts of a key."""


def changes(before: Side, after: Side) -> tuple[tuple[Rows, ...], tuple[str, ...]]:
    """The published tables with other rows, and what could not be compared."""
    old, new = _published(before), _published(after)
    found: list[Rows] = []
    gaps: list[str] = []
    for name in list(dict.fromkeys((*new, *old)))[:MOST_TABLES]:
        one, other = old.get(name), new.get(name)
        if one and other and one.get("sha256") and one.get("sha256") == other.get("sha256"):
            continue
        try:
            rows = _table(name, _read(before, name, one), _read(after, name, other))
        except MissingError as fault:
            gaps.append(str(fault))
            continue
        found += [rows] if rows else []
    return tuple(found), tuple(gaps)


def _published(side: Side) -> dict[str, Mapping[str, Any]]:
    """What the steps asked to publish, by table."""
    asked = (one.get("asked") or {} for step in side.manifest["steps"] for one in step.get("publications") or ())
    return {str(table["name"]): table for one in asked for table in one.get("tables") or ()}


def _read(side: Side, name: str, table: Mapping[str, Any] | None) -> pa.Table | None:
    if table is None:
        return None
    try:
        path = side.file(table.get("file"), LARGEST_BYTES)
        told = pq.read_metadata(path)
        size = sum(told.row_group(n).total_byte_size for n in range(told.num_row_groups))
        if told.num_rows > MOST_ROWS or size > MOST_UNPACKED:
            raise MissingError(f"has {told.num_rows:,} rows, more than are compared")
        # `pq.read_table` would load pandas, and does nothing more for a single file.
        with pq.ParquetFile(path) as file:
            read = file.read(use_threads=False)
        if len(set(read.column_names)) < len(read.column_names):
            raise MissingError("has a column twice")
    except MissingError as fault:
        raise MissingError(f"rows of {name}: the file of {side.name} {fault}") from None
    except (pa.ArrowException, OSError, ValueError, MemoryError) as fault:
        said = str(fault).splitlines()[0][:120] if str(fault) else type(fault).__name__
        raise MissingError(f"rows of {name}: the file of {side.name} cannot be read: {said}") from None
    return read


def _table(name: str, old: pa.Table | None, new: pa.Table | None) -> Rows | None:
    if old is None or new is None:
        counts = (None if old is None else old.num_rows, None if new is None else new.num_rows)
        return Rows(name, (), *counts, counts[1] or 0, counts[0] or 0, (), (), ())
    key, keys_old, keys_new = _keys(old, new)
    if not key:
        return _without_key(name, old, new)
    place = pc.index_in(keys_new, value_set=keys_old)
    stayed = pc.is_valid(place)
    left = pc.filter(keys_old, pc.invert(pc.is_in(keys_old, value_set=keys_new)))
    entered = pc.filter(keys_new, pc.invert(stayed))
    matched = Matched(old, new, key, place, stayed, keys_old, keys_new)
    turned = tuple(columns.changes(matched))
    if not (turned or len(left) or len(entered)):
        return None
    examples = (_examples(entered), _examples(left))
    return Rows(name, key, old.num_rows, new.num_rows, len(entered), len(left), *examples, turned)


def _keys(old: pa.Table, new: pa.Table) -> tuple[tuple[str, ...], pa.Array, pa.Array]:
    """The shortest row of first columns that names every row once, and the rows' names; no columns where none does."""
    parts: list[tuple[pa.Array, pa.Array]] = []
    names: list[str] = []
    for name in new.column_names:
        if name not in old.column_names or pa.types.is_floating(new.schema.field(name).type):
            break
        texts = _texts(old.column(name)), _texts(new.column(name))
        if None in texts:
            break
        names.append(name)
        parts.append(texts)
        joined = [
            pc.binary_join_element_wise(*side, pa.scalar(_JOINT, pa.large_string()))
            for side in zip(*parts, strict=True)
        ]
        if all(pc.count_distinct(one).as_py() == len(one) for one in joined):
            return tuple(names), joined[0], joined[1]
    return (), pa.array([]), pa.array([])


def _texts(column: pa.ChunkedArray) -> pa.Array | None:
    """The values as texts; None where they have no such form."""
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return None
    if pa.types.is_timestamp(column.type):
        # Dates are called by their day.
        days = pc.all(pc.equal(column, pc.floor_temporal(column, unit="day"))).as_py()
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        column = pc.strftime(column, "%Y-%m-%d") if days else column
    try:
        found = column.cast(pa.large_string())
    except pa.ArrowException:
        return None
    return pc.fill_null(found, "–").combine_chunks()


def _without_key(name: str, old: pa.Table, new: pa.Table) -> Rows | None:
    if old.equals(new):
        return None
    return Rows(name, (), old.num_rows, new.num_rows, 0, 0, (), (), ())


def _examples(keys: pa.Array) -> tuple[str, ...]:
    return tuple(_told(one) for one in keys[:EXAMPLES].to_pylist())


def _told(key: str) -> str:
    return key.replace(_JOINT, " · ")[:120]


def tables(side: Side) -> Iterator[str]:
    """The names of the tables that a run asked to publish."""
    yield from _published(side)
