"""Raw transactions: parts of files as written, turned into typed rows, and the rows that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from insiders.columns import OPTIONAL, RAW, SHEET
from insiders.errors import SourceError
from insiders.sources import conversion, quarantine
from insiders.sources.files import Part

KINDS: Mapping[str, str] = MappingProxyType({"quantity": "number", "unit_price": "number", "time": "time"})
"""The columns that are not text, and what they are."""


@dataclass(frozen=True)
class Reading:
    """How values that are text are to be read."""

    decimal: str = "."
    """The sign before the decimals."""
    day_first: bool | None = None
    """Whether 1/2/2011 is the first of February; where nothing is said the data decide."""
    today: date | None = None
    """The last day on which something can have been sold; where nothing is said, the day it is."""


@dataclass(frozen=True)
class Raw:
    """Rows with the columns of `insiders.columns.RAW` and ``sheet``, the part each came from."""

    rows: pd.DataFrame
    """Rows that meet the contract of a transaction, in the order written."""
    quarantine: pd.DataFrame
    """Rows that do not: place, row (from 1), reason and the values as text; hand-off table ``quarantine``."""


def transcribe(parts: Sequence[Part], reading: Reading) -> Raw:
    """Type the rows of all parts and set aside those that break the contract.

    A `SourceError` names every part without rows and every column that is for the most part not what it should be.
    """
    faults: list[str] = []
    done: list[Raw] = []
    for part in parts:
        try:
            done.append(_transcribe(part, reading))
        except SourceError as fault:
            faults.append(f"{part.place}: {fault}")
    if faults:
        raise SourceError("\n".join(faults))
    rows = pd.concat([raw.rows for raw in done], ignore_index=True)
    aside = pd.concat([raw.quarantine for raw in done], ignore_index=True)
    if rows.empty:
        why = ", ".join(aside["reason"].value_counts().head(3).index) or "there are none"
        raise SourceError(f"no row can be used: {why}")
    return Raw(rows, aside)


def _transcribe(part: Part, reading: Reading) -> Raw:
    if not part.rows.num_rows and not part.ragged:
        raise SourceError("holds the names of columns and no rows")
    rows = _typed(part.rows, reading)
    reasons = quarantine.reasons(rows, today=reading.today or date.today())  # noqa: DTZ011 the shop's clock has no zone
    rows[SHEET] = conversion.text(part.rows[SHEET]) if SHEET in part.rows.column_names else part.place
    kept = rows.drop(index=reasons.index).astype({"quantity": "int64", SHEET: conversion.TEXT})
    return Raw(kept, _set_aside(part, reasons))


def _typed(written: pa.Table, reading: Reading) -> pd.DataFrame:
    converters: dict[str, Callable[[pa.ChunkedArray], pd.Series]] = {
        "invoice": partial(conversion.text, identifier=True),
        "customer_id": partial(conversion.text, identifier=True),
        "quantity": partial(conversion.number, decimal=reading.decimal),
        "unit_price": partial(conversion.number, decimal=reading.decimal),
        "time": partial(conversion.time, day_first=reading.day_first),
    }
    columns: dict[str, pd.Series] = {}
    faults: list[str] = []
    for column in RAW:
        if column in OPTIONAL and column not in written.column_names:
            columns[column] = pd.Series(pd.NA, index=range(written.num_rows), dtype=conversion.TEXT)
            continue
        try:
            columns[column] = converters.get(column, conversion.text)(written[column])
        except SourceError as fault:
            faults.append(f"{column}: {fault}")
        else:
            faults += _wrong_type(column, written[column], columns[column])
    if faults:
        raise SourceError("\n".join(faults))
    return pd.DataFrame(columns)


def _wrong_type(column: str, written: pa.ChunkedArray, read: pd.Series) -> list[str]:
    """A fault where most of what is written in a column of numbers or times is none."""
    present = len(written) - written.null_count
    if column not in KINDS or 2 * int(read.notna().sum()) >= present:
        return []
    lost = pc.and_(written.is_valid(), pa.array(read.isna()))
    example = written.filter(lost)[0].as_py()
    hint = "; if the file writes decimal commas, say decimal=','" if KINDS[column] == "number" else ""
    kind, count = KINDS[column], pc.sum(lost).as_py()
    return [f"{column}: {count:,} of {present:,} values are no {kind}, for example {example!r}{hint}"]


def _set_aside(part: Part, reasons: pd.Series) -> pd.DataFrame:
    """The rows with a reason, as written, and the ragged lines, of which only the reason can be told."""
    taken = part.rows.take(pa.array(reasons.index.to_numpy(), type=pa.int64()))
    aside = pd.DataFrame({"place": part.place, "row": reasons.index + 1, "reason": reasons.to_numpy()})
    for column in RAW:
        there = column in taken.column_names
        aside[column] = conversion.text(taken[column]) if there else pd.array([pd.NA] * len(aside), conversion.TEXT)
    ragged = pd.DataFrame(part.ragged, columns=["row", "reason"]).assign(place=part.place)
    both = pd.concat([aside, ragged], ignore_index=True) if part.ragged else aside
    return both.astype({column: conversion.TEXT for column in both.columns if column != "row"})
