"""The columns of Parquet files as text, numbers and times, whatever they are called and however they are kept there."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from insiders.columns import RAW, SHEET
from insiders.engines.engine import PART, ROW
from insiders.engines.statements import Sql, literal, name
from insiders.errors import SourceError

BLANKS = "".join(chr(code) for code in (9, 10, 11, 12, 13, 32, 0x85, 0xA0, 0x2003, 0x2009, 0x202F, 0x3000))
"""What is trimmed from the ends of a text."""

IDENTIFIERS = ("invoice", "customer_id")
MOST_WHOLE = 2**53


def written(schema: pa.Schema, claimed: Mapping[str, str]) -> str:
    """The SELECT of all raw columns as text, as they were written, from the relation ``files``."""
    columns = [f"{_text(schema, claimed, column)} AS {column}" for column in (*RAW, SHEET)]
    return f"SELECT {PART}, {ROW}, {', '.join(columns)} FROM files"


def unblanked(source: str) -> Sql:
    """A column of text without blanks at its ends.

    To trim a text of such blanks takes DuckDB 0.7 µs, and to see that there are none a tenth of it.
    """
    plain = f"{_seen(source)} AND right({source}, 1) BETWEEN '!' AND '~'"
    return Sql(f"CASE WHEN {plain} THEN {source} ELSE trim({source}, {literal(BLANKS)}) END")


def typed(schema: pa.Schema, claimed: Mapping[str, str]) -> str:
    """The SELECT of the raw columns in their types from ``files``; the number of pieces is still called ``pieces``.

    What cannot be read is missing. A `SourceError` names the columns that could not be read without guessing.
    """
    zoned = schema.field(claimed["time"]).type
    if pa.types.is_timestamp(zoned) and zoned.tz:
        raise SourceError("time: the files keep it with a zone; write the time on the shop's clock, without one")
    columns = [f"{_text(schema, claimed, column)} AS {column}" for column in (*RAW, SHEET) if column not in _TYPED]
    columns += [f"{read(schema, claimed, column)} AS {alias}" for column, (alias, read) in _TYPED.items()]
    return f"SELECT {PART}, {ROW}, {', '.join(columns)} FROM files"


def _text(schema: pa.Schema, claimed: Mapping[str, str], column: str) -> str:
    if column not in claimed:
        return "CAST(NULL AS VARCHAR)"
    kind, source = schema.field(claimed[column]).type, name(claimed[column])
    if pa.types.is_floating(kind):  # spreadsheets keep whole numbers as 12346.0
        whole = f"abs({source}) < {MOST_WHOLE} AND round({source}) = {source}"
        number = f"CASE WHEN {whole} THEN CAST(CAST({source} AS BIGINT) AS VARCHAR) ELSE CAST({source} AS VARCHAR) END"
        return f"CASE WHEN NOT isnan({source}) THEN {number} END"
    if not _is_text(kind):
        return f"CAST({source} AS VARCHAR)"
    trimmed = f"trim({source}, {literal(BLANKS)})"
    if column not in IDENTIFIERS:
        return f"CASE WHEN {_seen(source)} OR {trimmed} <> '' THEN {source} END"
    plain = f"WHEN regexp_matches({source}, '^[!-~]+$') AND NOT {source} LIKE '%.0%' THEN {source}"  # nearly all are
    bare = f"regexp_replace({trimmed}, '^(-?[0-9]+)[.]0+$', '\\1')"
    return f"CASE {plain} WHEN {source} LIKE '%.0%' THEN {bare} WHEN {trimmed} <> '' THEN {trimmed} END"


def _seen(source: str) -> str:
    """Whether a text begins with a character of ASCII that can be seen; not all that do are found."""
    return f"{source} BETWEEN '!' AND '~'"


def _number(schema: pa.Schema, claimed: Mapping[str, str], column: str) -> str:
    kind, source = schema.field(claimed[column]).type, name(claimed[column])
    if pa.types.is_floating(kind):
        return f"CASE WHEN NOT isnan({source}) THEN CAST({source} AS DOUBLE) END"
    if _is_text(kind):
        read = f"TRY_CAST(trim({source}, {literal(BLANKS)}) AS DOUBLE)"
        return f"CASE WHEN NOT isnan({read}) THEN {read} END"
    return f"CAST({source} AS DOUBLE)"


def _time(schema: pa.Schema, claimed: Mapping[str, str], column: str) -> str:
    kind, source = schema.field(claimed[column]).type, name(claimed[column])
    return (
        f"TRY_CAST(trim({source}, {literal(BLANKS)}) AS TIMESTAMP)"
        if _is_text(kind)
        else f"CAST({source} AS TIMESTAMP)"
    )


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


_TYPED = {"quantity": ("pieces", _number), "unit_price": ("unit_price", _number), "time": ("time", _time)}
