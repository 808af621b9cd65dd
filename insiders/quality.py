"""What is odd in raw transactions, how much of them it touches, and what the chosen filters do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from insiders.handoff import TEXT
from insiders.transactions.duplicates import repeated
from insiders.transactions.filters import PRESETS, Filters

NO_COUNTRIES = ("Unspecified", "European Community")
"""What exports write in place of a country."""

NO_CUSTOMER, NO_DESCRIPTION, NO_COUNTRY = "customer missing", "description missing", "country missing"
RETURNED = "cancelled or returned (quantity below 0, with a price)"
WRITTEN_OFF = "stock written off (quantity below 0, price 0)"
GIVEN_AWAY = "given away (quantity above 0, price 0)"
BAD_DEBT = "price below 0 (bad debt)"
NO_PRODUCT = "code of no product"
REPEATED = "line repeats another in every column"
LOWER_CASE, BLANK_CODE = "code in lower case", "code with blanks at an end"
BLANK_DESCRIPTION = "description with blanks at an end"
ODD_COUNTRY = "country that is none"
DESCRIPTIONS = "product with several descriptions"
TIMES, CUSTOMERS = "invoice with several times", "invoice with several customers"
COUNTRIES = "customer with several countries"


@dataclass(frozen=True)
class Touched:
    """How many rows a finding touches, and their value (quantity x unit price)."""

    rows: int
    value: float


def findings(raw: pd.DataFrame, *, filters: Filters = PRESETS["strict"]) -> pd.DataFrame:
    """One row per finding: finding, rows, share (of all rows), value (quantity x unit price), treatment.

    ``raw``: raw transactions (`insiders.columns.RAW`). A row may be touched by several findings. Findings that touch
    no row are listed too: that nothing was found is a result.
    """
    worth = raw["quantity"] * raw["unit_price"]
    masks = {**_missing(raw), **_books(raw, filters), **_spellings(raw), **_contradictions(raw)}
    whole = {finding: mask.fillna(False).astype(bool) for finding, mask in masks.items()}
    touched = {finding: Touched(int(which.sum()), float(worth[which].sum())) for finding, which in whole.items()}
    return listed(touched, len(raw), filters)


def listed(touched: Mapping[str, Touched], rows: int, filters: Filters) -> pd.DataFrame:
    """The table of `findings` among so many ``rows``, with what the filters do about each."""
    found = [
        (finding, touched[finding].rows, touched[finding].rows / rows, touched[finding].value, treatment)
        for finding, treatment in _treatments(filters).items()
    ]
    table = pd.DataFrame(found, columns=["finding", "rows", "share", "value", "treatment"])
    return table.astype({"finding": TEXT, "treatment": TEXT})


def low_price(filters: Filters) -> str:
    """The finding of prices below what the filters keep."""
    return f"price above 0 and below {filters.min_unit_price:g}"


def _treatments(filters: Filters) -> dict[str, str]:
    """By finding, in the order of the table, what is done about it."""
    lowest, left_out = filters.min_unit_price, set(NO_COUNTRIES) <= set(filters.exclude_countries)
    once = filters.duplicates == "drop"
    return {
        NO_CUSTOMER: "left out: an invented customer would have bought once",
        NO_DESCRIPTION: "kept, where the row passes the other filters",
        NO_COUNTRY: "kept as Unspecified",
        RETURNED: "netted with the purchase undone in full, else a return" if filters.net_cancellations else "a return",
        WRITTEN_OFF: "left out by the price",
        GIVEN_AWAY: "left out by the price",
        BAD_DEBT: "left out by the price",
        **({low_price(filters): "left out by the price"} if lowest > 0 else {}),
        NO_PRODUCT: "left out by the code",
        REPEATED: "counts once" if once else "kept: a second equal line cannot be told from a copy",
        LOWER_CASE: "folded to upper case" if filters.fold_codes else "kept as written: another product",
        BLANK_CODE: "trimmed" if filters.fold_codes else "kept as written",
        BLANK_DESCRIPTION: "trimmed",
        ODD_COUNTRY: "left out" if left_out else "kept",
        DESCRIPTIONS: "kept: the code counts",
        TIMES: "kept: the day is the same or the first",
        CUSTOMERS: "kept with each customer",
        COUNTRIES: "country of most invoices",
    }


def _missing(raw: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        NO_CUSTOMER: raw["customer_id"].isna(),
        NO_DESCRIPTION: raw["description"].isna(),
        NO_COUNTRY: raw["country"].isna(),
    }


def _books(raw: pd.DataFrame, filters: Filters) -> dict[str, pd.Series]:
    price, quantity, lowest = raw["unit_price"], raw["quantity"], filters.min_unit_price
    code = raw["product"].str.strip().str.upper() if filters.fold_codes else raw["product"]
    return {
        RETURNED: quantity.lt(0) & price.gt(0),
        WRITTEN_OFF: quantity.lt(0) & price.eq(0),
        GIVEN_AWAY: quantity.gt(0) & price.eq(0),
        BAD_DEBT: price.lt(0),
        low_price(filters): price.gt(0) & price.lt(lowest),
        NO_PRODUCT: ~code.str.match(filters.product_pattern).fillna(False),
        REPEATED: repeated(raw),
    }


def _spellings(raw: pd.DataFrame) -> dict[str, pd.Series]:
    code, text, country = raw["product"], raw["description"], raw["country"]
    return {
        LOWER_CASE: code.str.match(r"^\s*\d{5}") & code.ne(code.str.upper()),
        BLANK_CODE: code.ne(code.str.strip()),
        BLANK_DESCRIPTION: text.ne(text.str.strip()),
        ODD_COUNTRY: country.isin(NO_COUNTRIES),
    }


def _contradictions(raw: pd.DataFrame) -> dict[str, pd.Series]:
    code = raw["product"].str.strip().str.upper()
    return {
        DESCRIPTIONS: _several(raw["description"].str.strip(), code),
        TIMES: _several(raw["time"], raw["invoice"]),
        CUSTOMERS: _several(raw["customer_id"], raw["invoice"]),
        COUNTRIES: _several(raw["country"], raw["customer_id"]),
    }


def _several(values: pd.Series, groups: pd.Series) -> pd.Series:
    """Rows of groups that have more than one distinct value; missing values count as none."""
    pairs = pd.DataFrame({"group": groups, "value": values}).dropna().drop_duplicates()
    counts = pairs.groupby("group").size()
    return groups.isin(counts.index[counts > 1])
