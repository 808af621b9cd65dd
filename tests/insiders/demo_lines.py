"""The lines of a small generated shop, prepared once for all tests that need a history."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from insiders import demo_shop
from insiders.customers.features import features
from insiders.customers.in_memory import Loaded
from insiders.transactions import prepare


@lru_cache(maxsize=1)
def lines() -> pd.DataFrame:
    """The lines of all identified buyers over two years; do not change it."""
    raw = demo_shop.generate(customers=260, seed=11, quirks=False)
    return prepare(raw, min_days=1).transactions.sort_values("time", kind="stable", ignore_index=True)


@lru_cache(maxsize=1)
def history() -> Loaded:
    """The same, asked by the day."""
    return Loaded(lines())


@lru_cache(maxsize=1)
def regulars() -> pd.DataFrame:
    """The hand-off table of those who bought on two days; do not change it."""
    table = features(lines())
    return table[table["n_purchase_days"] >= 2].reset_index(drop=True)


def last_days(days: int) -> Loaded:
    """The last so many days of the lines, asked by the day."""
    start = lines()["time"].max().normalize() - pd.Timedelta(days=days - 1)
    return Loaded(lines()[lines()["time"] >= start].reset_index(drop=True))
