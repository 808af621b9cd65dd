"""Daily sales added up where the lines are: sales as `insiders.series.at_levels` takes them, a row per day and name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from insiders.engines.duck import duck
from insiders.engines.engine import Engine
from insiders.engines.statements import statement
from insiders.errors import AnalysisError, HandoffError
from insiders.handoff import TEXT
from insiders.series.sales import UNKNOWN

ATTRIBUTES = ("product", "category", "store", "country", "customer_id")
"""What lines can be told apart by, as they lie in the files."""


def daily_sales(engine: Engine, by: Collection[str] = ("product",), *, as_categories: bool = False) -> pd.DataFrame:
    """The purchases of the relation ``kinds`` by day and attributes: date, those of ``by`` there are, units, revenue.

    The price is that of a piece on average. Series, prices and calendars made of it are those made of the lines, for
    the attributes asked for; fewer of them make a smaller table, and so do ``as_categories``.
    """
    unknown = [name for name in by if name not in ATTRIBUTES]
    if unknown:
        raise AnalysisError(f"daily sales can be told apart by {', '.join(ATTRIBUTES)}, not by {', '.join(unknown)}")
    found = engine.table(statement("series", "daily", **{name: name in by for name in ATTRIBUTES}))
    rows = found.to_pandas(strings_to_categorical=True)
    sales = pd.DataFrame({"date": pd.to_datetime(rows["date"]).astype("datetime64[ns]")})
    sales = sales.join(rows[["units", "revenue", "price"]].astype("float64"))
    for name in ATTRIBUTES:
        if name in by and rows[name].notna().any():
            sales[name] = _sorted(rows[name]) if as_categories else rows[name].astype(TEXT).fillna(UNKNOWN)
    return sales


def _sorted(values: pd.Series) -> pd.Series:
    """Categories in their order, missing ones ``unknown``."""
    there = values.cat.categories
    known = values.cat.set_categories(sorted({*there, UNKNOWN} if values.isna().any() else there))
    return known.fillna(UNKNOWN) if values.isna().any() else known


def daily_sales_of_run(
    run_folder: str | Path,
    by: Collection[str] = ("product",),
    *,
    memory: str | None = None,
    threads: int = 1,
    spill: str | Path | None = None,
) -> pd.DataFrame:
    """The daily sales of all buyers of a run, from the files of ``transactions`` and ``once``, which are not loaded."""
    folder = Path(run_folder) / "tables"
    paths = [folder / f"{name}.parquet" for name in ("transactions", "once")]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise HandoffError(f"{' and '.join(missing)} not there: run 01_eda or prepare_files with that run_folder first")
    with duck(memory=memory, threads=threads, spill=None if spill is None else Path(spill)) as engine:
        engine.files("kinds", [str(path) for path in paths])
        return daily_sales(engine, by)
