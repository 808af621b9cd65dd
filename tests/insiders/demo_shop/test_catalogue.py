"""What the generated shop sells, and when."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from insiders.demo_shop.catalogue import CATEGORIES, SPECIAL, busyness, products


def test_codes_of_products_are_five_digits_and_unique() -> None:
    """Real products pass the filter of the strict preset, the special codes do not, and no code stands twice."""
    catalogue = products(np.random.default_rng(1), 200)
    assert catalogue["product"].is_unique
    real = catalogue["product"].str.match(r"^\d{5}[A-C]?$")
    assert real.sum() == 200
    assert catalogue.loc[~real, "product"].tolist() == list(SPECIAL)
    assert set(catalogue.loc[real, "category"]) == set(range(len(CATEGORIES)))
    assert (catalogue["price"] > 0).all()


def test_the_shop_has_closed_days_and_seasons() -> None:
    """It is closed on Saturdays and holidays, busier before Christmas than after, and grows."""
    busy = busyness(date(2024, 12, 31), 731)
    assert len(busy) == 731
    assert (busy[pd.DatetimeIndex(busy.index).dayofweek == 5] == 0).all()
    assert busy["2024-12-25"] == 0
    assert busy["2024-11"].mean() > 1.5 * busy["2024-02"].mean()
    assert busy["2024-06"].mean() > busy["2023-06"].mean()
