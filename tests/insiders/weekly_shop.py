"""A shop whose rhythm is known: closed on Saturdays, Thursdays twice as busy, the same few customers every day."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

CUSTOMERS = {"big": 40, "middle": 8, "small": 2}
PRODUCTS = {"A": 3.0, "B": 1.0}
SATURDAY, THURSDAY = 5, 3


def sales(
    first: str, last: str, *, closed: Collection[str] = (), noise: float = 0.0, seed: int = 0, until: str = "17:00"
) -> pd.DataFrame:
    """Prepared purchases: every customer buys both products at 10:00 and at ``until`` on every open day."""
    rng = np.random.default_rng(seed)
    days = [day for day in pd.date_range(first, last) if day.dayofweek != SATURDAY and f"{day:%Y-%m-%d}" not in closed]
    rows = [
        (product, customer, day + pd.Timedelta(f"{hour}:00"), pieces * (2 if day.dayofweek == THURSDAY else 1), price)
        for day in days
        for hour in ("10:00", until)
        for customer, pieces in CUSTOMERS.items()
        for product, price in PRODUCTS.items()
    ]
    table = pd.DataFrame(rows, columns=["product", "customer_id", "time", "quantity", "unit_price"])
    table["quantity"] = np.maximum(1, np.round(table["quantity"] * rng.lognormal(0, noise, len(table)))).astype("int64")
    text = pd.StringDtype("pyarrow")
    return table.assign(revenue=table["quantity"] * table["unit_price"], kind="purchase").astype(
        {"product": text, "customer_id": text, "kind": text}
    )


def day_revenue(customer: str, weekday: int) -> float:
    """What a customer spends on one such day without noise."""
    pieces = CUSTOMERS[customer] * (2 if weekday == THURSDAY else 1)
    return 2 * pieces * sum(PRODUCTS.values())
