"""The columns of a table that two runs published, over the rows that both have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from runner.comparison.metrics import NOISE
from runner.comparison.published import Column, Level, Member, Move

MOST_MOVES = 8
MOST_WORDS = 60
"""A text column with more distinct values holds sentences or names, and only the number of changes is told."""
LONGEST_WORD = 80
MOST_GROUPS = 20
MOST_MEMBERS = 100
LONGEST_SENTENCE = 300


@dataclass(frozen=True)
class Matched:
    """Two tables whose rows have been matched."""

    old: pa.Table
    new: pa.Table
    key: tuple[str, ...]
    place: pa.Array
    """For each row of the new table the place of the same row in the old one; missing where it is new."""
    stayed: pa.Array
    """Whether a row of the new table was in the old one."""
    keys_old: pa.Array
    keys_new: pa.Array

    def values(self, name: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """A column's values before and after, of the rows that stayed, in one order."""
        return self.old.column(name).take(self.place.drop_null()), self.new.column(name).filter(self.stayed)


def changes(tables: Matched) -> Iterator[Column]:
    """The columns in which rows that stayed have other values; of yes or no also those that came and went."""
    for name in tables.new.column_names:
        if name in tables.key:
            continue
        if name not in tables.old.column_names:
            yield Column(name, "new column", tables.new.num_rows)
        elif found := _column(tables, name):
            yield found
    for name in tables.old.column_names:
        if name not in tables.new.column_names:
            yield Column(name, "gone column", tables.old.num_rows)


def _column(tables: Matched, name: str) -> Column | None:
    before, after = tables.values(name)
    # A column without any value has no type of its own.
    before = before.cast(after.type) if pa.types.is_null(before.type) else before
    after = after.cast(before.type) if pa.types.is_null(after.type) else after
    if pa.types.is_boolean(before.type) and pa.types.is_boolean(after.type):
        return _yes_or_no(tables, name, before, after)
    if _is_number(before.type) and _is_number(after.type):
        return _number(tables, name, before.cast(pa.float64(), safe=False), after.cast(pa.float64(), safe=False))
    kind = "time" if pa.types.is_temporal(after.type) else "text"
    try:
        before, after = (one.cast(pa.large_string()) for one in (before, after))
    except pa.ArrowException:
        before, after = (
            pa.chunked_array([pa.array(map(str, one.to_pylist()), pa.large_string())]) for one in (before, after)
        )
    before, after = (pc.fill_null(one, "–") for one in (before, after))
    differs = pc.not_equal(before, after)
    if not (count := pc.sum(differs).as_py() or 0):
        return None
    return Column(name, kind, count, moves=_moves(before, after, differs) if kind == "text" else ())


def _yes_or_no(tables: Matched, name: str, before: pa.ChunkedArray, after: pa.ChunkedArray) -> Column | None:
    """Who is in now and was not, and the other way; rows that came or went count too."""
    changed = pc.sum(pc.not_equal(pc.fill_null(before, False), pc.fill_null(after, False))).as_py() or 0
    was, now = (
        keys.filter(pc.fill_null(table.column(name), False).combine_chunks())
        for table, keys in ((tables.old, tables.keys_old), (tables.new, tables.keys_new))
    )
    entered, left = (one.filter(pc.invert(pc.is_in(one, value_set=other))) for one, other in ((now, was), (was, now)))
    if not len(entered) + len(left):
        return None
    members = (_members(tables, entered), _members(tables, left))
    return Column(name, "yes or no", changed, len(entered), len(left), *members)


def _members(tables: Matched, keys: pa.Array) -> tuple[Member, ...]:
    """Who came or went, with what the columns that hold sentences said of each: a table tells there why."""
    first = keys.sort().slice(0, MOST_MEMBERS)
    told = zip(
        first.to_pylist(),
        _said(tables.old, tables.keys_old, first),
        _said(tables.new, tables.keys_new, first),
        strict=True,
    )
    return tuple(Member(key.replace("\x1f", " · ")[:120], before, after) for key, before, after in told)


def _said(table: pa.Table, keys: pa.Array, wanted: pa.Array) -> list[str]:
    """For each wanted row its sentences in one line; nothing where the table lacks the row."""
    places = pc.index_in(wanted, value_set=keys)
    said = [
        table.column(name).take(places).to_pylist() for name in table.column_names if _sentences(table.column(name))
    ]
    lines = ("; ".join(filter(None, row)) for row in zip(*said, strict=True)) if said else ("" for _ in wanted)
    return [line[:LONGEST_SENTENCE] for line in lines]


def _sentences(column: pa.ChunkedArray) -> bool:
    """Whether a column of text is longer than names are."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return (pc.max(pc.utf8_length(column)).as_py() or 0) > LONGEST_WORD


def _number(tables: Matched, name: str, before: pa.ChunkedArray, after: pa.ChunkedArray) -> Column | None:
    before, after = (pc.if_else(pc.is_nan(one), pa.scalar(None, pa.float64()), one) for one in (before, after))
    apart = pc.abs(pc.subtract(after, before))
    noise = pc.multiply(pc.max_element_wise(pc.abs(before), pc.abs(after)), NOISE)
    differs = pc.or_(pc.fill_null(pc.greater(apart, noise), False), pc.xor(pc.is_null(before), pc.is_null(after)))
    if not (count := pc.sum(differs).as_py() or 0):
        return None
    return Column(name, "number", count, levels=_levels(tables, before, after))


def _levels(tables: Matched, before: pa.ChunkedArray, after: pa.ChunkedArray) -> tuple[Level, ...]:
    """Means by the first column of the key where it repeats and has few values; by row in a very short table."""
    stayed = len(before)
    groups = pc.filter(tables.keys_new, tables.stayed)
    if stayed > MOST_GROUPS:
        first = tables.new.column(tables.key[0]).filter(tables.stayed).cast(pa.large_string())
        few = len(tables.key) > 1 and pc.count_distinct(first).as_py() <= MOST_GROUPS
        groups = pc.fill_null(first, "–") if few else pa.repeat(pa.scalar("", pa.large_string()), stayed)
    table = pa.table({"group": groups, "before": before, "after": after})
    means = table.group_by("group", use_threads=False).aggregate(
        [("before", "mean"), ("after", "mean"), ("group", "count")]
    )
    found = (
        Level(str(row["group"]).replace("\x1f", " · ")[:120], row["group_count"], row["before_mean"], row["after_mean"])
        for row in means.to_pylist()
    )
    return tuple(one for one in found if _moved(one.before, one.after))


def _moved(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > NOISE * max(abs(before), abs(after))


def _moves(before: pa.ChunkedArray, after: pa.ChunkedArray, differs: pa.ChunkedArray) -> tuple[Move, ...]:
    if max(pc.count_distinct(one).as_py() for one in (before, after)) > MOST_WORDS:
        return ()
    if max(pc.max(pc.utf8_length(one.filter(differs))).as_py() for one in (before, after)) > LONGEST_WORD:
        return ()
    table = pa.table({"before": before.filter(differs), "after": after.filter(differs)})
    counts = table.group_by(["before", "after"], use_threads=False).aggregate([([], "count_all")])
    order = counts.sort_by([("count_all", "descending"), ("before", "ascending"), ("after", "ascending")])
    rows = order.slice(0, MOST_MOVES).to_pylist()
    return tuple(Move(row["before"][:120], row["after"][:120], row["count_all"]) for row in rows)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind))
