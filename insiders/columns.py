"""The columns of raw transactions, and which column of a shop's file serves as which.

A file may name its columns as it likes: names are compared without case, blanks and punctuation, both layouts of the
UCI files are known, and a mapping settles the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from insiders.errors import SourceError

REQUIRED: tuple[str, ...] = (
    "invoice",
    "product",
    "description",
    "quantity",
    "time",
    "unit_price",
    "customer_id",
    "country",
)
"""Columns every source has; single values of description, customer_id and country may be missing."""

OPTIONAL: tuple[str, ...] = ("store", "category")
"""Columns that only some shops have; without them they are there and empty."""

RAW: tuple[str, ...] = REQUIRED + OPTIONAL
"""The columns of raw transactions, in order."""

SHEET = "sheet"
"""A column that says which part of a workbook a row came from; read where it is there, never required."""

ALIASES: Mapping[str, frozenset[str]] = {
    "invoice": frozenset({"invoice", "invoiceno", "invoicenumber"}),
    "product": frozenset({"product", "productcode", "stockcode", "sku"}),
    "description": frozenset({"description", "productdescription"}),
    "quantity": frozenset({"quantity", "qty"}),
    "time": frozenset({"time", "invoicedate", "invoicetime"}),
    "unit_price": frozenset({"unitprice", "price"}),
    "customer_id": frozenset({"customerid", "customer", "customerno"}),
    "country": frozenset({"country"}),
    "store": frozenset({"store", "storeid"}),
    "category": frozenset({"category", "productcategory"}),
    SHEET: frozenset({SHEET}),
}
"""For each column the names it goes by, folded as in `fold`."""


def fold(name: str) -> str:
    """A column name without case, blanks and punctuation, as names are compared."""
    return re.sub(r"[\W_]+", "", name).casefold()


def claim(names: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """For each column of the contract, the column of the file that serves as it.

    ``mapping`` says so where the names do not: ``{"invoice": "order number"}``. A `SourceError` names at once every
    column that is missing, that two columns of the file could be, or that the mapping misspells.
    """
    asked = dict(mapping or {})
    faults = [
        f"the mapping names {column!r}, which is no column of transactions ({', '.join(RAW)})"
        for column in asked
        if column not in RAW
    ]
    claimed: dict[str, str] = {}
    for column in (*RAW, SHEET):
        wanted = {fold(asked[column])} if column in asked else ALIASES[column]
        found = [name for name in names if fold(name) in wanted and (column in asked or name not in asked.values())]
        if len(found) == 1:
            claimed[column] = found[0]
        elif found:
            faults.append(f"{column}: {_listed(found)} could all be it; name one in the mapping")
        elif column in asked:
            faults.append(f"{column}: there is no column {asked[column]!r}, which the mapping names")
        elif column in REQUIRED:
            faults.append(f"{column}: no column is called {' or '.join(sorted(wanted))}; name it in the mapping")
    if faults:
        raise SourceError("\n".join([*faults, f"the columns there are: {_listed(names) or 'none'}"]))
    return claimed


def related(names: Sequence[str], mapping: Mapping[str, str] | None = None) -> bool:
    """Whether any of the names could be a column of transactions."""
    known = frozenset().union(*ALIASES.values()) | {fold(name) for name in (mapping or {}).values()}
    return any(fold(name) in known for name in names)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
