"""The lines of a small generated shop, made once."""

from __future__ import annotations

from functools import cache

import pandas as pd

from insiders import demo_shop, transactions
from insiders.customers.in_memory import Loaded
from insiders.prospects import known
from insiders.prospects.known import Known


@cache
def lines() -> pd.DataFrame:
    """All identified buyers of 200 generated customers."""
    raw = demo_shop.generate(customers=200, seed=5, quirks=False)
    return transactions.prepare(raw, min_days=1).transactions


@cache
def history() -> Loaded:
    """The same, asked by the day."""
    return Loaded(lines())


@cache
def cuts() -> tuple[Known, ...]:
    """What was known of them on earlier days."""
    return tuple(known.earlier(history()))
