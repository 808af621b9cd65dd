"""The forecasts of the levels of a hierarchy made to add up, and whether that helped on held-out periods."""

from __future__ import annotations

import pandas as pd

from insiders import accuracy
from insiders.errors import AnalysisError
from insiders.forecasting.backtest import Held
from insiders.forecasting.followed import Followed, of_named
from insiders.handoff import TEXT
from insiders.reconciliation import METHODS, reconcile

NONE = "none"
CHOSEN = "chosen"
"""The name under which the chosen models of all levels, which may differ, are reconciled."""
GAIN = ("level", "as_they_are", "coherent")


def check(method: str) -> bool:
    """Whether a way of reconciling is asked for; an `AnalysisError` names the ways where there is none of that name."""
    if method not in (NONE, *METHODS):
        raise AnalysisError(f"there is no way of reconciling called {method!r}; there are {NONE}, {', '.join(METHODS)}")
    return method != NONE


def chosen_rows(rows: pd.DataFrame, choice: pd.DataFrame) -> pd.DataFrame:
    """Of each level the rows of its chosen model (level and model are columns)."""
    return rows.merge(choice[["level", "model"]].astype(TEXT), on=["level", "model"])


def coherent(
    forecasts: pd.DataFrame, held: pd.DataFrame, followed: Followed, static: pd.DataFrame, method: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecasts and held-out rows of the chosen models, with yhat made to add up; as they are where none is asked.

    A held-out period is reconciled with what its origin knew of errors; the first origins, which know none, bottom-up.
    """
    if method == NONE or not followed.coherent or len(followed.levels) < 2 or forecasts.empty:
        return forecasts, held
    past = held.assign(model=CHOSEN)
    told = static.drop_duplicates("unique_id")
    parts = []
    for _, rows in past.groupby("cutoff", sort=True):
        known = past[past["ds"] <= rows["cutoff"].iloc[0]]
        way = method if len(known) or method not in ("wls_var", "mint_shrink") else "bottom_up"
        parts.append(reconcile(rows, told, bottom=followed.bottom, method=way, earlier=known))
    judged = _replaced(held, pd.concat(parts))
    ahead = reconcile(forecasts.assign(model=CHOSEN), told, bottom=followed.bottom, method=method, earlier=past)
    return _replaced(forecasts, ahead), judged


def gain(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """WAPE of each level over all held-out periods, as the models made it and made coherent."""
    if before.empty:
        return pd.DataFrame(columns=list(GAIN))
    both = [
        accuracy.mean_over_cutoffs(accuracy.accuracy(of_named(rows), metrics=["wape"]))
        .groupby("level", sort=False)["value"]
        .mean()
        for rows in (before, after)
    ]
    return pd.concat(both, axis=1, keys=list(GAIN[1:])).reset_index()


def held_of(held: Held, choice: pd.DataFrame) -> pd.DataFrame:
    """The held-out rows of the chosen models."""
    return chosen_rows(held.rows, choice) if len(choice) else held.rows


def _replaced(rows: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    keys = ["unique_id", "ds", "cutoff"]
    return rows.drop(columns="yhat").merge(made[[*keys, "yhat"]], on=keys, validate="one_to_one")[list(rows.columns)]
