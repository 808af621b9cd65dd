"""Parquet files of transactions, larger than memory if need be, made into the hand-off tables that 01_eda writes.

The same definitions as `insiders.transactions.prepare` and `insiders.customers.features`, as SELECTs that an engine
runs where the lines are; a test holds both equal on the real files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from insiders import handoff
from insiders.customers.features import WHOLESALE_SCORE
from insiders.engines.duck import duck
from insiders.engines.engine import Engine
from insiders.engines.statements import statement
from insiders.handoff import FEATURES, TEXT
from insiders.transactions import from_files
from insiders.transactions.filters import chosen
from insiders.transactions.from_files import PreparedFiles


@dataclass(frozen=True)
class Written:
    """Hand-off tables in a run folder, and what is small enough to look at."""

    prepared: PreparedFiles
    """The ladder, the quarantine, and what was read, repeated and netted."""
    customers: pd.DataFrame
    """The hand-off table ``customers``."""
    buyers: pd.DataFrame
    """The hand-off table ``buyers``."""


def prepare_files(
    paths: Sequence[str | Path],
    run_folder: str | Path,
    *,
    preset: str = "strict",
    mapping: Mapping[str, str] | None = None,
    as_of: date | None = None,
    today: date | None = None,
    memory: str | None = None,
    threads: int = 1,
    spill: str | Path | None = None,
    **overrides: Any,  # noqa: ANN401 - the filters of `insiders.transactions.filters.Filters`
) -> Written:
    """Write ``transactions``, ``once``, ``appearance``, ``customers``, ``buyers``, ``ladder`` and ``quarantine``.

    ``memory`` is what DuckDB may take, such as ``4GB``, beyond which it works in a folder under ``spill``. The lines
    keep the order of the files. A `SourceError` or `AnalysisError` names everything that is wrong.
    """
    filters, folder = chosen(preset, **overrides), Path(run_folder)
    with duck(memory=memory, threads=threads, spill=None if spill is None else Path(spill)) as engine:
        names = [str(path) for path in paths]
        prepared = from_files.prepare_files(engine, names, filters, mapping=mapping, as_of=as_of, today=today)
        tables = folder / "tables"
        for name, enough in (("transactions", True), ("once", False)):
            lines = from_files.in_order(from_files.transactions(filters, enough=enough))
            engine.write(lines, tables / f"{name}.parquet")
        engine.write(statement("customers", "appearance"), tables / "appearance.parquet")
        people, totals = customers(engine, as_of=as_of), buyers(engine)
    for name, rows in {
        "customers": people,
        "buyers": totals,
        "ladder": prepared.ladder,
        "quarantine": prepared.quarantine,
    }.items():
        handoff.write(folder, name, rows)
    return Written(prepared, people, totals)


def customers(engine: Engine, *, as_of: date | None = None) -> pd.DataFrame:
    """The hand-off table ``customers`` of the relation ``transactions`` of an engine."""
    engine.keep("bought", statement("customers", "bought"))
    found = engine.table(statement("customers", "customers", as_of=as_of, wholesale_score=WHOLESALE_SCORE))
    rows = found.to_pandas(types_mapper={pa.string(): TEXT}.get)
    return handoff.check("customers", rows[["customer_id", *FEATURES]])


def buyers(engine: Engine) -> pd.DataFrame:
    """The hand-off table ``buyers`` of the relations ``kinds`` and ``regulars``."""
    return handoff.check("buyers", engine.table(statement("customers", "buyers")).to_pandas())
