"""What is odd in raw transactions, how much of them it touches, and what the chosen filters do about it."""

from __future__ import annotations

import pandas as pd

from insiders.handoff import TEXT
from insiders.transactions.duplicates import repeated
from insiders.transactions.filters import PRESETS, Filters

NO_COUNTRIES = ("Unspecified", "European Community")
"""What exports write in place of a country."""


def findings(raw: pd.DataFrame, *, filters: Filters = PRESETS["strict"]) -> pd.DataFrame:
    """One row per finding: finding, rows, share (of all rows), value (quantity x unit price), treatment.

    ``raw``: raw transactions (`insiders.columns.RAW`). A row may be touched by several findings. Findings that touch
    no row are listed too: that nothing was found is a result.
    """
    worth = raw["quantity"] * raw["unit_price"]
    found = [*_missing(raw), *_books(raw, filters), *_spellings(raw, filters), *_contradictions(raw)]
    rows = [
        (finding, int(which.sum()), float(which.mean()), float(worth[which].sum()), treatment)
        for finding, which, treatment in ((name, mask.fillna(False).astype(bool), what) for name, mask, what in found)
    ]
    table = pd.DataFrame(rows, columns=["finding", "rows", "share", "value", "treatment"])
    return table.astype({"finding": TEXT, "treatment": TEXT})


Finding = tuple[str, pd.Series, str]


def _missing(raw: pd.DataFrame) -> list[Finding]:
    return [
        ("customer missing", raw["customer_id"].isna(), "left out: an invented customer would have bought once"),
        ("description missing", raw["description"].isna(), "kept, where the row passes the other filters"),
        ("country missing", raw["country"].isna(), "kept as Unspecified"),
    ]


def _books(raw: pd.DataFrame, filters: Filters) -> list[Finding]:
    price, quantity, lowest = raw["unit_price"], raw["quantity"], filters.min_unit_price
    low = f"price above 0 and below {lowest:g}"
    code = raw["product"].str.strip().str.upper() if filters.fold_codes else raw["product"]
    undone = "netted with the purchase undone in full, else a return" if filters.net_cancellations else "a return"
    return [
        ("cancelled or returned (quantity below 0, with a price)", quantity.lt(0) & price.gt(0), undone),
        ("stock written off (quantity below 0, price 0)", quantity.lt(0) & price.eq(0), "left out by the price"),
        ("given away (quantity above 0, price 0)", quantity.gt(0) & price.eq(0), "left out by the price"),
        ("price below 0 (bad debt)", price.lt(0), "left out by the price"),
        *([(low, price.gt(0) & price.lt(lowest), "left out by the price")] if lowest > 0 else []),
        ("code of no product", ~code.str.match(filters.product_pattern).fillna(False), "left out by the code"),
        (
            "line repeats another in every column",
            repeated(raw),
            "counts once" if filters.duplicates == "drop" else "kept: a second equal line cannot be told from a copy",
        ),
    ]


def _spellings(raw: pd.DataFrame, filters: Filters) -> list[Finding]:
    code, text, country = raw["product"], raw["description"], raw["country"]
    folded = "folded to upper case" if filters.fold_codes else "kept as written: another product"
    left_out = set(NO_COUNTRIES) <= set(filters.exclude_countries)
    return [
        ("code in lower case", code.str.match(r"^\s*\d{5}") & code.ne(code.str.upper()), folded),
        (
            "code with blanks at an end",
            code.ne(code.str.strip()),
            "trimmed" if filters.fold_codes else "kept as written",
        ),
        ("description with blanks at an end", text.ne(text.str.strip()), "trimmed"),
        ("country that is none", country.isin(NO_COUNTRIES), "left out" if left_out else "kept"),
    ]


def _contradictions(raw: pd.DataFrame) -> list[Finding]:
    code = raw["product"].str.strip().str.upper()
    return [
        ("product with several descriptions", _several(raw["description"].str.strip(), code), "kept: the code counts"),
        ("invoice with several times", _several(raw["time"], raw["invoice"]), "kept: the day is the same or the first"),
        ("invoice with several customers", _several(raw["customer_id"], raw["invoice"]), "kept with each customer"),
        ("customer with several countries", _several(raw["country"], raw["customer_id"]), "country of most invoices"),
    ]


def _several(values: pd.Series, groups: pd.Series) -> pd.Series:
    """Rows of groups that have more than one distinct value; missing values count as none."""
    pairs = pd.DataFrame({"group": groups, "value": values}).dropna().drop_duplicates()
    counts = pairs.groupby("group").size()
    return groups.isin(counts.index[counts > 1])
