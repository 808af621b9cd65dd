"""Columns as a file wrote them, turned into text, numbers and times; what cannot be turned becomes missing.

Every function takes an Arrow column of any type and works on its distinct values, of which a million rows of
transactions have only some thousand.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insiders.errors import SourceError

TEXT = pd.StringDtype("pyarrow")

ISO = "ISO8601"
DAY_FIRST = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%d/%m/%y %H:%M", "%d-%m-%Y %H:%M")
MONTH_FIRST = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%y %H:%M", "%m-%d-%Y %H:%M")
DOTTED = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y")
ZONE = r"(:\d{2}(?:\.\d+)?)\s*(?:Z|UTC|[+-]\d{2}:?\d{2})$"
"""What may follow the minutes or seconds of a time; the shop's clock is what stands before it."""

_TRIED = 5_000
"""Distinct times on which the way of writing is found out."""


def text(column: pa.ChunkedArray, *, identifier: bool = False) -> pd.Series:
    """The column as text; blank is missing.

    ``identifier``: for invoices and customers, also trimmed, and without the ``.0`` that spreadsheets give to numbers.
    """

    def convert(values: pa.Array) -> pa.Array:
        written = values
        if pa.types.is_floating(values.type):
            written = pc.if_else(pc.is_nan(values), None, values)
            written = written.cast(pa.int64()) if _whole(written) else written
        written = written.cast(pa.string())
        trimmed = pc.utf8_trim_whitespace(written)
        if identifier:
            written = pc.replace_substring_regex(trimmed, r"^(-?\d+)\.0+$", r"\1")
        return pc.if_else(pc.equal(trimmed, ""), None, written)

    return pd.Series(pd.array(_by_value(column, convert), dtype=TEXT))


def number(column: pa.ChunkedArray, *, decimal: str = ".") -> pd.Series:
    """The column as float64; what is no number is missing. ``decimal`` is the sign before the decimals in text."""

    def convert(values: pa.Array) -> pa.Array:
        if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
            return values.cast(pa.float64(), safe=False)
        if pa.types.is_decimal(values.type):  # by way of text, because Arrow's own cast is off in the last bit
            written = values.cast(pa.string())
        elif _textual(values.type):
            written = pc.utf8_trim_whitespace(values)
            if decimal != ".":
                written = pc.replace_substring(pc.replace_substring(written, ".", "no"), decimal, ".")
        else:
            return pa.nulls(len(values), pa.float64())
        read = pd.to_numeric(written.to_pandas(), errors="coerce")
        return pa.array(read.to_numpy("float64"), from_pandas=True)

    return pd.Series(_by_value(column, convert).to_numpy(zero_copy_only=False))


def time(column: pa.ChunkedArray, *, day_first: bool | None = None) -> pd.Series:
    """The column as datetime64[ns], local time; what is no time is missing.

    Text is read as ISO 8601, or as day/month/year or month/day/year, whichever reads more of it. ``day_first`` settles
    it; where both read all and differ, nothing is guessed and a `SourceError` asks for it. Zones are dropped: the time
    on the shop's clock stays.
    """

    def convert(values: pa.Array) -> pa.Array:
        kind = values.type
        if pa.types.is_timestamp(kind):
            local = pc.local_timestamp(values) if kind.tz else values
            return _nanoseconds(local)
        if pa.types.is_date(kind):
            return _nanoseconds(values.cast(pa.timestamp("ms")))
        if not _textual(kind):
            return pa.nulls(len(values), pa.timestamp("ns"))
        local = pc.replace_substring_regex(pc.utf8_trim_whitespace(values), ZONE, r"\1")
        read = _parse(local.to_pandas(), day_first)
        return pa.array(read, type=pa.timestamp("ns"), from_pandas=True)

    return pd.Series(_by_value(column, convert).to_pandas())


def _by_value(column: pa.ChunkedArray, convert: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Convert the distinct values, then put each row's value in its place."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):  # Arrow gives back chunks where one array cannot hold the text
        whole = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in whole.chunks])
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    return convert(whole.dictionary).take(whole.indices)


def _textual(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _whole(values: pa.Array) -> bool:
    there = values.drop_null().to_numpy(zero_copy_only=False)
    return bool(np.all((np.abs(there) < 2**53) & (np.round(there) == there)))


def _nanoseconds(values: pa.Array) -> pa.Array:
    """Nanoseconds reach from 1678 to 2261; a time outside of these years is a slip, and missing."""
    year = pc.year(values)
    inside = pc.and_(pc.greater(year, 1677), pc.less(year, 2262))
    return pc.if_else(inside, values, None).cast(pa.timestamp("ns"))


def _parse(values: pd.Series, day_first: bool | None) -> pd.Series:
    sample = values.iloc[:: max(1, len(values) // _TRIED)]
    families = {True: (DAY_FIRST,), False: (MONTH_FIRST,), None: (DAY_FIRST, MONTH_FIRST)}[day_first]
    ways = [ISO, *DOTTED, *(way for family in families for way in family)]
    counts = {way: int(_read(sample, way).notna().sum()) for way in ways}
    most = max(counts.values())
    best = [way for way in ways if counts[way] == most]
    readings = [_read(values, way) for way in best] if most else [_read(values, ISO)]
    for way, other in zip(best[1:], readings[1:], strict=False):
        if not readings[0].equals(other):
            example = values[readings[0].ne(other)].iloc[0]
            raise SourceError(
                f"the times, for example {example!r}, read as {best[0]} and as {way}, and no row decides: "
                "say day_first=True or day_first=False"
            )
    return readings[0]


def _read(values: pd.Series, way: str) -> pd.Series:
    return pd.to_datetime(values, format=way, errors="coerce").astype("datetime64[ns]")
