"""Prices beside series: what a piece of each series cost on each day, as far as it was known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.handoff import TEXT
from insiders.series.levels import columns_of, joined


def prices(
    sales: pd.DataFrame, level: str, days: pd.DatetimeIndex, *, known_until: pd.Timestamp | None = None
) -> pd.DataFrame:
    """The price of each series of a level on each of ``days``: unique_id, ds, price (the shop's currency per piece).

    On a day with sales their mean price by piece, else the mean listed price; where there is neither the last known
    one, and before the first known one that. After ``known_until`` (a cut-off) prices are held, since a price that came
    later is not known. A series that never had a price is left out.
    """
    columns = columns_of(level)
    known = sales["date"] <= (days[-1] if known_until is None else known_until)
    rows = sales[known & sales["price"].notna()]
    names = level + "=" + joined(rows, columns) if columns else level
    rows = rows.assign(unique_id=names, value=rows["price"] * rows["units"])
    by = rows.groupby(["unique_id", "date"]).agg(
        listed=("price", "mean"), value=("value", "sum"), units=("units", "sum")
    )
    price = (by["value"] / by["units"].where(by["units"] > 0)).fillna(by["listed"]).unstack("date")
    dense = price.reindex(columns=days.union(pd.DatetimeIndex(price.columns))).ffill(axis=1).bfill(axis=1)[days]
    table = pd.DataFrame(
        {
            "unique_id": dense.index.repeat(len(days)),
            "ds": np.tile(days.to_numpy(), len(dense)),
            "price": dense.to_numpy().ravel(),
        }
    )
    return table.astype({"unique_id": TEXT})
