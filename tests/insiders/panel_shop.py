"""A panel source: two stores in two states, three products in two categories, daily units and prices."""

from __future__ import annotations

import numpy as np
import pandas as pd

STORES = {"North": "NN", "South": "SS"}
PRODUCTS = {"A1": "A", "A2": "A", "B1": "B"}
LEVELS = ("total", "store", "category", "product", "store/category", "store/product")


def panel_of(first: str = "2024-01-01", weeks: int = 20, *, seed: int = 0) -> pd.DataFrame:
    """date, store, state, category, product, units, price: a week with a busy Sunday, means from 2 to 12 pieces."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(first, periods=7 * weeks)
    parts = []
    for place, (store, product) in enumerate((store, product) for store in STORES for product in PRODUCTS):
        mean = (2 + 2 * place) * np.where(days.dayofweek == 6, 2.0, 1.0)
        parts.append(
            pd.DataFrame(
                {
                    "date": days,
                    "store": store,
                    "state": STORES[store],
                    "category": PRODUCTS[product],
                    "product": product,
                    "units": rng.poisson(mean),
                    "price": 1.0 + place,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
