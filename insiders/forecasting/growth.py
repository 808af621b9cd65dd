"""What is expected beside what was sold before: the days just past, and the same weeks a year earlier."""

from __future__ import annotations

import pandas as pd

YEAR = pd.Timedelta(weeks=52)
"""So that Mondays meet Mondays."""
GROWTH = ("level", "series", "unit", "expected", "before", "year_earlier", "change")
MANIFOLD = 2.0
"""A change beyond which amounts say more than a share: three pieces that become hundreds."""


def growth(sales: pd.DataFrame, forecasts: pd.DataFrame) -> pd.DataFrame:
    """A row per series: what is expected of the days ahead, and what was sold on as many before, and a year earlier.

    level, series, unit, expected, before (the days up to the last one known, as many as from it to the last one
    forecast), year_earlier (52 weeks before the days forecast; missing where the series was not sold all that time),
    change (expected over year_earlier, less 1). Tables as `insiders.handoff` has them.
    """
    keys = ["level", "series"]
    table = forecasts.groupby(keys, sort=False, observed=True)["mean"].sum().rename("expected").reset_index()
    last, end = sales["date"].max(), forecasts["date"].max()
    recent = sales[sales["date"] > last - (end - last)]
    then = sales[sales["date"].between(forecasts["date"].min() - YEAR, end - YEAR)]
    begun = sales.groupby(keys, observed=True)["date"].min()
    whole = begun[begun <= forecasts["date"].min() - YEAR].index
    sold = then.groupby(keys, observed=True)["value"].sum()
    table = table.merge(sales.drop_duplicates(keys)[[*keys, "unit"]], on=keys, how="left")
    place = pd.MultiIndex.from_frame(table[keys])
    table["before"] = recent.groupby(keys, observed=True)["value"].sum().reindex(place).fillna(0.0).to_numpy()
    table["year_earlier"] = sold.reindex(whole, fill_value=0.0).reindex(place).to_numpy()
    table["change"] = table["expected"] / table["year_earlier"].where(table["year_earlier"] > 0) - 1
    return table[list(GROWTH)]


def bounded(growths: pd.DataFrame, series_totals: pd.DataFrame) -> pd.DataFrame:
    """The rows of `growth` with the bounds of each series' own sum: lower, upper, upper_95, change_lower, change_upper.

    The bounds are those of the table ``series_totals`` (80 %; ``upper_95`` the upper one of 95 %), in the series' unit.
    Those of a change are they over what was sold a year earlier, less 1; missing where the change is.
    """
    keys = ["level", "series"]
    rows = growths.merge(series_totals[[*keys, "lower", "upper", "upper_95"]].astype(dict.fromkeys(keys, object)),
                         on=keys, how="left")  # fmt: skip
    then = rows["year_earlier"].where(rows["year_earlier"] > 0)
    return rows.assign(change_lower=rows["lower"] / then - 1, change_upper=rows["upper"] / then - 1)


def to_order(growths: pd.DataFrame, level: str) -> pd.DataFrame:
    """How much of each series of a level would do, the most first, from rows of `bounded`; all in pieces.

    series, expected, before, year_earlier, order_up_to (enough in nine periods of ten), order_up_to_40 (enough in 39 of
    40), as far as the bounds hold. Empty of what is no pieces.
    """
    own = growths[(growths["level"] == level) & (growths["unit"] == "pieces")]
    table = own[["series", "expected", "before", "year_earlier"]].assign(
        order_up_to=own["upper"], order_up_to_40=own["upper_95"]
    )
    return table.sort_values("expected", ascending=False, kind="stable", ignore_index=True)
