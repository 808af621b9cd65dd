"""Sums: whether the rows that have arrived are those of the file, counted and added up column by column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

CLOSE = 1e-9
"""Numbers that are added in another order differ by less than this share of all that was added."""


@dataclass(frozen=True)
class Sum:
    """What the numbers of a column add up to."""

    total: float = 0.0
    size: float = 0.0
    """What they add up to without their signs."""


def of_file(path: Path, batch_rows: int) -> dict[str, Sum]:
    """The sums of the columns of numbers; a missing value counts nothing, and so does what is no finite number."""
    sums: dict[str, Sum] = {}
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_rows):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
                    sums[name] = _added(sums.get(name, Sum()), pc.cast(column, pa.float64()))
    return sums


def of_table(connection: sa.Connection, table: sa.Table, run_id: str, names: Mapping[str, Sum]) -> dict[str, float]:
    """What the same columns of the run's rows add up to in the database."""
    columns = [table.c[name] for name in names]
    totals = [sa.func.coalesce(sa.func.sum(sa.cast(column, sa.Double)), 0.0).label(column.name) for column in columns]
    if not totals:
        return {}
    row = connection.execute(sa.select(*totals).where(table.c.run_id == run_id)).one()
    return {name: float(value) for name, value in row._mapping.items()}


def differing(expected: Mapping[str, Sum], found: Mapping[str, float]) -> list[str]:
    """The columns that do not add up to the same, each in a few words."""
    return [
        f"{name} adds up to {found[name]:,.6g}, not {one.total:,.6g}"
        for name, one in expected.items()
        if math.isfinite(one.size) and not abs(found[name] - one.total) <= CLOSE * max(one.size, 1.0)
    ]


def _added(before: Sum, column: pa.Array) -> Sum:
    column = column.filter(pc.is_finite(column))
    total, size = pc.sum(column).as_py() or 0.0, pc.sum(pc.abs(column)).as_py() or 0.0
    return Sum(before.total + total, before.size + size)
