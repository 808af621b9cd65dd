"""Small tables of transactions, written row by row: what a test does not name is an ordinary sale."""

from __future__ import annotations

from typing import Any

import pandas as pd

from insiders.columns import RAW

ORDINARY: dict[str, Any] = {
    "invoice": "500001",
    "product": "10001",
    "description": "RED MUG",
    "quantity": 2,
    "time": "2024-03-04 10:00",
    "unit_price": 1.5,
    "customer_id": "12001",
    "country": "France",
    "store": None,
    "category": None,
}


def raw(*rows: dict[str, Any]) -> pd.DataFrame:
    """Raw transactions, one ordinary sale for each dictionary, which says what is different about it."""
    table = pd.DataFrame([{**ORDINARY, **row} for row in rows], columns=[*RAW])
    text = [column for column in RAW if column not in {"quantity", "time", "unit_price"}]
    types = dict.fromkeys(text, pd.StringDtype("pyarrow"))
    return table.astype({**types, "quantity": "int64", "time": "datetime64[ns]", "unit_price": "float64"})


def prepared(*rows: dict[str, Any]) -> pd.DataFrame:
    """Prepared transactions: raw ones with revenue, and kind by the sign of the quantity unless a row says it."""
    table = raw(*({name: value for name, value in row.items() if name != "kind"} for row in rows))
    signs = ["purchase" if quantity > 0 else "return" for quantity in table["quantity"]]
    kinds = [row.get("kind", sign) for row, sign in zip(rows, signs, strict=True)]
    return table.assign(revenue=table["quantity"] * table["unit_price"], kind=kinds)
