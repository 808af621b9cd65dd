"""How far a leading group falls back: it was chosen when it had just bought, and what it brings later is less.

Who leads by past revenue does so by worth and by luck, and the luck does not come again (regression to the mean, Galton
1886). How much of its share in the shop's revenue such a group keeps is learnt from earlier days: on each the group
is chosen by the same rule from what was known then, and its later share held against its past one. As shares of the
shop, season and growth, which move everybody, cancel out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError

WEEK = pd.Timedelta(weeks=1)


def leaders(purchases: pd.DataFrame, cutoff: pd.Timestamp, share: float) -> pd.Index:
    """The ``share`` of all customers known up to a day who had brought most by then, at least one of them.

    ``purchases`` has customer_id, ds (day) and revenue; of equal customers the first by id is chosen.
    """
    known = purchases[purchases["ds"] <= cutoff].groupby("customer_id", observed=True)["revenue"].sum()
    if known.empty:
        raise AnalysisError(f"nobody had bought by {cutoff:%Y-%m-%d}: there is no leading group")
    ranked = known.sort_index().sort_values(ascending=False, kind="stable")
    return ranked.index[: max(1, round(share * len(ranked)))]


def kept_shares(
    purchases: pd.DataFrame, origins: Iterable[pd.Timestamp], *, share: float, horizon: int, weeks: int
) -> pd.DataFrame:
    """For each day of choosing, what its leading group kept: origin, past_share, later_share, kept (their ratio).

    ``past_share`` is the group's part of the shop's revenue over the ``weeks`` up to the day, ``later_share`` that of
    the ``horizon`` days after it. ``purchases`` (customer_id, ds, revenue) end with what is known today; a day whose
    period is not over by its last one, and one before which the ``weeks`` are not whole, is left out.
    """
    first, last = purchases["ds"].min(), purchases["ds"].max()
    ahead, back = pd.Timedelta(days=horizon), weeks * WEEK
    rows = []
    for origin in origins:
        if origin + ahead > last or origin - back + pd.Timedelta(days=1) < first:
            continue
        group = leaders(purchases, origin, share)
        past = _part(purchases, group, origin - back, origin)
        later = _part(purchases, group, origin, origin + ahead)
        rows.append((origin, past, later, later / past if past > 0 else np.nan))
    return pd.DataFrame(rows, columns=["origin", "past_share", "later_share", "kept"]).dropna(ignore_index=True)


def kept_share(purchases: pd.DataFrame, *, share: float, horizon: int, weeks: int = 8, recent: int = 8) -> float:
    """The factor for what today's leading group brought in the last ``weeks``: below 1 shrinks, 1 if nothing is known.

    The geometric mean of `kept_shares` over the ``recent`` last days of choosing, a week apart, whose ``horizon`` is
    over.
    """
    last = purchases["ds"].max()
    origins = [last - pd.Timedelta(days=horizon) - number * WEEK for number in range(recent)]
    kept = kept_shares(purchases, origins, share=share, horizon=horizon, weeks=weeks)["kept"]
    positive = kept[kept > 0]
    return float(np.exp(np.log(positive).mean())) if len(positive) else 1.0


def _part(purchases: pd.DataFrame, group: pd.Index, after: pd.Timestamp, until: pd.Timestamp) -> float:
    """The group's part of all revenue of the days after one and up to another."""
    rows = purchases[(purchases["ds"] > after) & (purchases["ds"] <= until)]
    every = float(rows["revenue"].sum())
    return float(rows.loc[rows["customer_id"].isin(group), "revenue"].sum()) / every if every > 0 else float("nan")
