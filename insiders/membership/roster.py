"""The list of Insiders that marketing opens in a spreadsheet."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

COLUMNS = (
    "customer_id",
    "segment",
    "gross_revenue",
    "net_revenue",
    "n_invoices",
    "avg_ticket",
    "last_purchase",
    "recency_days",
    "avg_gap_days",
    "return_share",
    "is_wholesale",
    "main_category",
    "country",
    "probability_high_value",
    "probability_active",
    "propensity_30_days",
    "expected_revenue_90_days",
    "at_risk",
    "why",
)

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a cell that begins so; see OWASP, CSV Injection."""


def roster(customers: pd.DataFrame) -> pd.DataFrame:
    """The Insiders of a results table ``customers``, highest gross revenue first, with the columns `COLUMNS`."""
    insiders = customers[customers["is_insider"]].sort_values("gross_revenue", ascending=False, kind="stable")
    days = insiders["last_purchase"].dt.strftime("%Y-%m-%d")
    return insiders.assign(last_purchase=days)[list(COLUMNS)].reset_index(drop=True)


def write_csv(path: str | os.PathLike[str], rows: pd.DataFrame) -> Path:
    """Write a table for spreadsheets: UTF-8 with the mark Excel looks for, two decimals, no cell that is a formula."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    texts = rows.select_dtypes(["object", "string"]).columns
    safe = rows.assign(**{str(column): rows[column].map(_harmless, na_action="ignore") for column in texts})
    safe.to_csv(place, index=False, encoding="utf-8-sig", float_format="%.2f", lineterminator="\r\n")
    return place


def _harmless(cell: object) -> object:
    """The cell, behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if str(cell).startswith(FORMULA_STARTS) else cell
