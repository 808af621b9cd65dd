"""What a buyer reads: expected sales of each series over the horizon, how much covers most cases, and what is odd."""

from __future__ import annotations

import pandas as pd

from insiders.forecasting.outlook import Outlook
from insiders.statistical import demand
from insiders.statistical.demand import stock_outs

RECENT_DAYS = 56
"""Calendar days in which a probable stock-out is worth a word."""
FLAGS = {"is_new": "new", "is_discontinued": "given up or long out of stock", "was_out": "probably out of stock lately"}


def orders(outlook: Outlook) -> pd.DataFrame:
    """One row per series, the largest first: what was sold and is expected, what orders would cover, and flags.

    series, description, sold (in the last days, as many calendar days as are forecast), expected (the sum of the
    horizon), lower_80, upper_80, upper_95 (bounds of that sum), kind, flags. Order up to ``upper_80`` and one period in
    ten sells more, up to ``upper_95`` one in forty, as far as the bounds hold. ``kind`` and flags are guesses from
    the sales alone (`insiders.statistical.demand`).
    """
    if outlook.rows.empty:
        return pd.DataFrame(columns=["series", "description", "sold", "expected", "lower_80", "upper_80", "upper_95",
                                     "kind", "flags"])  # fmt: skip
    last = outlook.history["ds"].max()
    span = outlook.rows["ds"].max() - last
    recent = outlook.history[outlook.history["ds"] > last - span]
    life = demand(outlook.history).set_index("unique_id")
    out = outlook.history[stock_outs(outlook.history)]
    life["was_out"] = life.index.isin(out.loc[out["ds"] > last - pd.Timedelta(days=RECENT_DAYS), "unique_id"])
    table = outlook.totals.rename(columns={"yhat": "expected"})
    ids = table["unique_id"]
    table["description"] = table["series"].map(dict(outlook.followed.descriptions)).fillna("")
    table["sold"] = ids.map(recent.groupby("unique_id")["y"].sum()).fillna(0.0)
    table["kind"] = ids.map(life["kind"])
    told = life[list(FLAGS)].apply(lambda row: ", ".join(text for name, text in FLAGS.items() if row[name]), axis=1)
    table["flags"] = ids.map(told)
    amounts = ["sold", "expected", "lower_80", "upper_80", "upper_95"]
    table[amounts] = table[amounts].round(0)
    return table[["series", "description", *amounts, "kind", "flags"]]
