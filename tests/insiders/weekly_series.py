"""Long tables of a few products whose rhythm is known: closed on Saturdays, twice as busy on Thursdays."""

from __future__ import annotations

import numpy as np
import pandas as pd

SIZES = {"A": 40.0, "B": 12.0, "C": 4.0, "D": 1.0}
SATURDAY, THURSDAY = 5, 3


def open_days(first: str, count: int) -> pd.DatetimeIndex:
    """The first ``count`` days from ``first`` on that are no Saturdays."""
    every = pd.date_range(first, periods=2 * count)
    return every[every.dayofweek != SATURDAY][:count]


def long_table(rows: int = 120, *, ahead: int = 0, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """History and the ``ahead`` days after it: unique_id, ds, y, Poisson around the size of the product."""
    days = open_days("2024-01-01", rows + ahead)
    rng = np.random.default_rng(seed)
    busy = np.where(days.dayofweek == THURSDAY, 2.0, 1.0)
    tables = [
        pd.DataFrame({"unique_id": name, "ds": days, "y": rng.poisson(size * busy).astype("float64")})
        for name, size in SIZES.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    known = table["ds"] < days[rows] if ahead else table["ds"].notna()
    return table[known].reset_index(drop=True), table[~known].reset_index(drop=True)


def static() -> pd.DataFrame:
    """Two categories of two products."""
    return pd.DataFrame({"unique_id": list(SIZES), "category": ["big", "big", "small", "small"]})
