"""What a buyer reads: expected sales of each series over the horizon, how much covers most cases, and what is odd."""

from __future__ import annotations

import pandas as pd

from insiders.forecasting.outlook import Outlook
from insiders.statistical import demand
from insiders.statistical.demand import stock_outs

RECENT_DAYS = 56
"""Calendar days in which a probable stock-out is worth a word, and up to which a series by week or month is new."""
FLAGS = {"is_new": "new", "is_discontinued": "given up or long out of stock", "was_out": "probably out of stock lately"}


def orders(outlook: Outlook) -> pd.DataFrame:
    """One row per series, the largest first: what was sold and is expected, what orders would cover, and flags.

    series, description (missing where there is none), sold (in the last days, as many calendar days as are forecast),
    expected (the sum of the horizon), lower_80, upper_80, upper_95 and so on (bounds of that sum), kind, flags. Order
    up to ``upper_80`` and one period in ten sells more, up to ``upper_95`` one in forty, as far as the bounds hold.
    ``kind`` and flags are guesses from the sales alone (`insiders.statistical.demand`).
    """
    table = outlook.totals.rename(columns={"yhat": "expected"})
    bounds = [name for name in table if str(name).startswith(("lower_", "upper_"))]
    columns = ["series", "description", "sold", "expected", *bounds, "kind", "flags"]
    if table.empty:
        return table.reindex(columns=columns)
    life, ids = _life(outlook), table["unique_id"]
    table["description"] = table["series"].map(dict(outlook.followed.descriptions))
    table["sold"] = ids.map(_lately(outlook)).fillna(0.0)
    table["kind"] = ids.map(life["kind"])
    told = life[list(FLAGS)].apply(lambda row: ", ".join(text for name, text in FLAGS.items() if row[name]), axis=1)
    table["flags"] = ids.map(told)
    return table[columns]


def _life(outlook: Outlook) -> pd.DataFrame:
    """By series kind, is_new, is_discontinued and was_out."""
    sold = outlook.history
    lately = sold["ds"].max() - pd.Timedelta(days=RECENT_DAYS)
    life = demand(sold).set_index("unique_id")
    if outlook.followed.granularity != "day":
        life["is_new"] = life["first_sale"] > lately
    out = sold[stock_outs(sold)]
    life["was_out"] = life.index.isin(out.loc[out["ds"] > lately, "unique_id"])
    return life


def _lately(outlook: Outlook) -> pd.Series:
    """What each series sold in the last calendar days, weeks or months, as many as are forecast."""
    sold, ahead = outlook.history, outlook.rows["ds"]
    last = sold["ds"].max()
    since = last - (ahead.max() - last)
    if outlook.followed.granularity != "day":
        since = sold["ds"].drop_duplicates().nlargest(ahead.nunique() + 1).min()
    return sold[sold["ds"] > since].groupby("unique_id")["y"].sum()
