"""What is odd in a source that is never loaded: the findings of `insiders.quality`, counted by an engine."""

from __future__ import annotations

import pandas as pd

from insiders import quality
from insiders.engines.engine import Engine
from insiders.engines.statements import literal, statement
from insiders.intake.files import Files
from insiders.quality import Touched
from insiders.transactions.filters import Filters
from insiders.transactions.written import unblanked

CONTRADICTIONS = {
    "descriptions": quality.DESCRIPTIONS,
    "times": quality.TIMES,
    "customers": quality.CUSTOMERS,
    "countries": quality.COUNTRIES,
}
"""The findings of ``contradictions.sql``."""


def oddities(files: Files, filters: Filters) -> pd.DataFrame:
    """The table of `insiders.quality.findings`."""
    with files.read() as (engine, _, _):
        masks = conditions(filters)
        counts = [
            f"count(CASE WHEN {mask} THEN 1 END), sum(CASE WHEN {mask} THEN worth END)" for mask in masks.values()
        ]
        rows = engine.table(
            f"SELECT count(*), {', '.join(counts)} FROM (SELECT *, quantity * unit_price AS worth FROM raw)"
        )
        total, *found = [column[0].as_py() for column in rows.columns]
        touched = dict(zip(masks, map(_touched, found[::2], found[1::2]), strict=True))
        touched |= _rows(engine, statement("intake", "repeats"), {"": quality.REPEATED})
        texts = {column: unblanked(column) for column in ("product", "description")}
        touched |= _rows(engine, statement("intake", "contradictions", **texts), CONTRADICTIONS)
    return quality.listed(touched, total, filters)


def conditions(filters: Filters) -> dict[str, str]:
    """The findings that a row shows by itself, each with its condition on the columns of the relation ``raw``."""
    lowest, trimmed = repr(filters.min_unit_price), unblanked("product")
    code = f"upper({trimmed})" if filters.fold_codes else "product"
    return {
        quality.NO_CUSTOMER: "customer_id IS NULL",
        quality.NO_DESCRIPTION: "description IS NULL",
        quality.NO_COUNTRY: "country IS NULL",
        quality.RETURNED: "quantity < 0 AND unit_price > 0",
        quality.WRITTEN_OFF: "quantity < 0 AND unit_price = 0",
        quality.GIVEN_AWAY: "quantity > 0 AND unit_price = 0",
        quality.BAD_DEBT: "unit_price < 0",
        quality.low_price(filters): f"unit_price > 0 AND unit_price < {lowest}",
        quality.NO_PRODUCT: f"NOT regexp_matches({code}, {literal(f'^(?:{filters.product_pattern})')})",
        quality.LOWER_CASE: r"product <> upper(product) AND regexp_matches(product, '^\s*\d{5}')",
        quality.BLANK_CODE: f"product <> {trimmed}",
        quality.BLANK_DESCRIPTION: f"description <> {unblanked('description')}",
        quality.ODD_COUNTRY: f"country IN {literal(quality.NO_COUNTRIES)}",
    }


def _touched(rows: int | None, value: float | None) -> Touched:
    return Touched(int(rows or 0), float(value or 0.0))


def _rows(engine: Engine, select: str, names: dict[str, str]) -> dict[str, Touched]:
    """Findings that a SELECT has as rows."""
    found = engine.table(select).to_pylist()
    return {names[row.get("finding", "")]: _touched(row["rows"], row["value"]) for row in found}
