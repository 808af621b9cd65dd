"""Rows that break the contract of a transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from insiders.sources.quarantine import reasons
from tests.insiders.small_shop import raw

TODAY = date(2024, 3, 4)


def test_ordinary_and_odd_rows_pass() -> None:
    """Sales of the day itself, returns, gifts, bad debts and rows without a customer all meet the contract."""
    odd: list[dict[str, Any]] = [
        {"quantity": -1},
        {"unit_price": 0.0},
        {"unit_price": -11_062.06},
        {"customer_id": None, "description": None},
    ]
    assert reasons(raw({"time": "2024-03-04 23:59"}, *odd), today=TODAY).empty


def test_every_reason_of_a_row_is_told() -> None:
    """A row that breaks the contract twice has both reasons, each row under its own index."""
    rows = raw({}, {"invoice": None, "time": "2024-03-05"}, {"product": None}).astype({"quantity": "float64"})
    found = reasons(rows, today=TODAY)
    assert found.index.tolist() == [1, 2]
    assert set(found[1].split("; ")) == {"invoice is missing or cannot be read", "time is later than today"}
    assert found[2] == "product is missing or cannot be read"


def test_quantities_and_prices() -> None:
    """Quantities are whole, finite, not 0 and of this world; prices are finite."""
    rows = raw(*[{}] * 7).astype({"quantity": "float64"})
    rows["quantity"] = [np.nan, 0, 1.5, np.inf, 1e15, 1, 1]
    rows["unit_price"] = [1, 1, 1, 1, 1, np.nan, -np.inf]
    assert reasons(rows, today=TODAY).tolist() == [
        "quantity is missing or cannot be read",
        "quantity is 0",
        "quantity is no whole number",
        "quantity is not finite",
        "quantity is out of all bounds",
        "unit_price is missing or cannot be read",
        "unit_price is not finite",
    ]


def test_times_before_computers() -> None:
    """A time before 1970 is a slip."""
    rows = raw({"time": "1900-01-01"}, {"time": None})
    assert reasons(rows, today=TODAY).tolist() == ["time is before 1970", "time is missing or cannot be read"]
    assert isinstance(rows["time"].iloc[1], type(pd.NaT))
