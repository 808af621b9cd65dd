"""Sales by day as every series is added up from: date, who bought or sold what and where, units, revenue, price.

Both kinds of source come to this one form: transactions, with or without known customers, and a panel of daily units
that has no customers at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError, SourceError
from insiders.handoff import TEXT
from insiders.series.groups import purchases
from insiders.transactions import netting

ATTRIBUTES = ("product", "department", "category", "store", "state", "country", "segment")
"""Columns of text that a sale may have and a series can be followed by."""

MEASURES = ("date", "units", "revenue", "price")
UNKNOWN = "unknown"
"""What stands for a missing attribute, where others have it."""

PANEL = ("date", "product", "units")
"""Columns without which a panel is none."""


def sales_of_transactions(transactions: pd.DataFrame, labels: pd.DataFrame | None = None) -> pd.DataFrame:
    """The purchases of a transactions table as sales: date, attributes, is_insider, units, revenue, price per piece.

    Netted pairs and returns are left out. ``labels`` has a row per customer: customer_id and, where a segment or the
    Insiders are to be followed, segment and is_insider; a customer without a row belongs to neither.
    """
    bought = purchases(transactions)
    if labels is not None:
        columns = [name for name in ("customer_id", "segment", "is_insider") if name in labels]
        bought = bought.merge(labels[columns], on="customer_id", how="left")
    sales = pd.DataFrame(
        {
            "date": bought["time"].dt.normalize(),
            "units": bought["quantity"].astype("float64"),
            "revenue": bought["revenue"].astype("float64"),
            "price": bought["unit_price"].astype("float64"),
        }
    )
    if "is_insider" in bought:
        sales["is_insider"] = bought["is_insider"].eq(True).to_numpy(dtype=bool, na_value=False)
    return _with_attributes(sales, bought)


def sales_of_panel(panel: pd.DataFrame) -> pd.DataFrame:
    """A panel source (date, product, units; store, category, price … where it has them) as sales.

    Rows stay also where nothing was sold, since their price is known. A `SourceError` names missing columns, a missing
    or negative number of units and rows that stand twice.
    """
    missing = [name for name in PANEL if name not in panel]
    if missing:
        raise SourceError(f"a panel has the columns {', '.join(PANEL)}; missing: {', '.join(missing)}")
    keys = ["date", *(name for name in ATTRIBUTES if name in panel)]
    faults = {
        "rows without a number of units": int(panel["units"].isna().sum()),
        "rows with negative units": int((panel["units"] < 0).sum()),
        "rows that stand twice": int(panel.duplicated(keys).sum()),
    }
    if any(faults.values()):
        raise SourceError("the panel has " + ", ".join(f"{count:,} {name}" for name, count in faults.items() if count))
    units = panel["units"].astype("float64")
    price = panel["price"].astype("float64") if "price" in panel else pd.Series(np.nan, index=panel.index)
    date = panel["date"].astype("datetime64[ns]").dt.normalize()
    sales = pd.DataFrame({"date": date, "units": units, "revenue": (units * price).fillna(0.0), "price": price})
    return _with_attributes(sales, panel)


def all_lines(raw: pd.DataFrame, *, product_pattern: str = r"^\d{5}", netting_days: int = 30) -> pd.DataFrame:
    """Raw transactions (`insiders.columns.RAW`) as a transactions table that keeps the lines without a customer.

    What sells does so whoever bought it: a quarter of the lines of the UCI file name no customer. Codes are trimmed and
    folded, lines at price 0 or below and codes that are no products go, and orders of known customers that were undone
    in full are ``netted``.
    """
    rows = raw.assign(product=raw["product"].str.strip().str.upper(), revenue=raw["quantity"] * raw["unit_price"])
    undone = pd.Series(False, index=rows.index)
    known = rows[rows["customer_id"].notna()]
    undone.loc[known.index] = netting.whole_invoices(known)
    rows = rows[rows["unit_price"].gt(0) & rows["product"].str.match(product_pattern).fillna(False).astype(bool)]
    undone = undone.loc[rows.index]
    open_lines = rows[rows["customer_id"].notna() & ~undone]
    undone.loc[open_lines.index] |= netting.lines(open_lines, days=netting_days)
    if rows.empty:
        raise AnalysisError(f"no line has a price above 0 and a product code like {product_pattern}")
    kind = np.select([undone, rows["quantity"] > 0], ["netted", "purchase"], "return")
    return rows.assign(kind=pd.array(kind, dtype=TEXT)).reset_index(drop=True)


def _with_attributes(sales: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The sales with those attributes that any of the rows has, missing ones ``unknown``."""
    for name in ATTRIBUTES:
        if name in rows and rows[name].notna().any():
            sales[name] = pd.Series(rows[name].astype(TEXT).fillna(UNKNOWN), index=rows.index)
    return sales.reset_index(drop=True)
