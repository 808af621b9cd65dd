"""The customers of a small generated shop, prepared once for all tests that need some."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from insiders import demo_shop
from insiders.customers.features import features
from insiders.transactions import prepare


@lru_cache(maxsize=1)
def customers() -> pd.DataFrame:
    """The hand-off table of some 200 customers who came back; do not change it."""
    return features(prepare(demo_shop.generate(customers=350, seed=7, quirks=False)).transactions)
