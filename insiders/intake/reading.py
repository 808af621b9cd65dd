"""A source read in one of two ways, with the same tables and figures: in memory, or by an engine where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from insiders.errors import SourceError
from insiders.intake.asked import Intake
from insiders.intake.files import Files, fitting
from insiders.intake.in_memory import IntakeInMemory
from insiders.intake.on_disk import from_files
from insiders.sources import load
from insiders.sources.loading import UNKNOWN_CURRENCY

IN_MEMORY = 2_000_000
"""Rows up to which pandas holds a source. At a million DuckDB takes three quarters of the processor time and 60 % of
the memory already; but what runs every day on a few hundred thousand rows keeps its figures to the last digit."""


def read(
    source: str,
    *,
    rows_in_memory: int = IN_MEMORY,
    mapping: Mapping[str, str] | None = None,
    decimal: str = ".",
    day_first: bool | None = None,
    currency: str = UNKNOWN_CURRENCY,
    seed: int = 42,
    today: date | None = None,
) -> Intake:
    """Read transactions as `insiders.sources.load` does.

    Parquet files of more than so many ``rows_in_memory`` that keep numbers as numbers and times as times without a
    zone are never loaded; any other source is. A `SourceError` names everything that is wrong, and what to do.
    """
    if paths := fitting(source, mapping, rows_in_memory):
        try:
            return from_files(source, Files(paths, mapping, today), currency)
        except SourceError as fault:
            raise SourceError(f"{source} cannot be read as transactions:\n{fault}") from fault
    return IntakeInMemory(
        load(source, mapping=mapping, decimal=decimal, day_first=day_first, currency=currency, seed=seed, today=today)
    )
