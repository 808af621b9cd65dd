"""Whether the forecasts of stores, categories and products add up to the forecast of the whole."""

from __future__ import annotations

import pandas as pd

from insiders.series.levels import TOTAL

APART = ("level", "series", "expected", "total", "difference", "by_day", "followed")
WHOLE = 0.999
"""Share of the total's sales from which on a level is taken to follow all of them."""
RECENT = pd.Timedelta(weeks=13)


def apart(sales: pd.DataFrame, forecasts: pd.DataFrame) -> pd.DataFrame:
    """A row per level beside the total of the same unit: how far its series together are off it.

    level, series (how many), expected (their sum), total, difference (expected over total, less 1), by_day (the sum of
    the days' absolute differences over the total), followed (their share of what the total sold in the last 13 weeks:
    where not all series are followed, they cannot add up). Empty without a total.
    """
    whole = forecasts[forecasts["level"] == TOTAL].groupby("date")["mean"].sum()
    if whole.empty:
        return pd.DataFrame(columns=list(APART))
    units = sales.groupby("level", observed=True)["unit"].first()
    recent = sales[sales["date"] > sales["date"].max() - RECENT].groupby("level", observed=True)["value"].sum()
    rows = []
    for level, part in forecasts[forecasts["level"] != TOTAL].groupby("level", sort=False, observed=True):
        if units[level] != units[TOTAL]:
            continue
        days = part.groupby("date")["mean"].sum().reindex(whole.index, fill_value=0.0)
        rows.append(
            (level, part["series"].nunique(), days.sum(), whole.sum(), days.sum() / whole.sum() - 1,
             (days - whole).abs().sum() / whole.sum(), recent[level] / recent[TOTAL])
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(APART))


def farthest(table: pd.DataFrame) -> float:
    """The most that the days of a level whose series are all followed are off the total; 0 where there is none."""
    return max(table.loc[table["followed"] > WHOLE, "by_day"].to_list(), default=0.0)
