"""Forecasts of several models made one: their mean, their median, or weighted by how far off each was before.

Forecasts are long tables: ``unique_id``, ``ds``, ``cutoff``, ``model``, ``yhat`` (and ``y`` where it is known).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError


def mean(forecasts: pd.DataFrame, models: Collection[str], *, name: str = "mean") -> pd.DataFrame:
    """Each day's mean over the ``models``: rows like those of one model, with the model ``name``."""
    return _combined(forecasts, models, name, "mean")


def median(forecasts: pd.DataFrame, models: Collection[str], *, name: str = "median") -> pd.DataFrame:
    """Each day's median over the ``models``."""
    return _combined(forecasts, models, name, "median")


def weighted(forecasts: pd.DataFrame, weights: pd.DataFrame, *, name: str = "weighted") -> pd.DataFrame:
    """Each day's mean weighted by ``weights`` (cutoff, model, weight) of that cut-off."""
    rows = _complete(forecasts[forecasts["model"].isin(weights["model"].unique())], set(weights["model"]))
    rows = rows.merge(weights[["cutoff", "model", "weight"]], on=["cutoff", "model"], how="left")
    if rows["weight"].isna().any():
        raise AnalysisError("a forecast has no weight at its cut-off: give weights for every cut-off and model")
    sums = rows.assign(yhat=rows["yhat"] * rows["weight"]).groupby(_days(rows), sort=False, observed=True)
    said = sums["yhat"].sum() / sums["weight"].sum()
    return _rows(rows, said, name)


def weights_by_error(scores: pd.DataFrame, models: Collection[str], *, horizon: pd.Timedelta) -> pd.DataFrame:
    """Weights at each cut-off from errors made before it: cutoff, model, weight (they add up to one).

    ``scores`` has cutoff, model and value, an error that is better when lower (`insiders.accuracy`, one metric). Only
    cut-offs whose whole ``horizon`` had passed by then count; a model weighs by one over its mean squared value, the
    rule of Bates and Granger (1969) without the correlations. With nothing before it a cut-off weighs all the same.
    """
    known = scores[scores["model"].isin(list(models))]
    parts = []
    for cutoff in np.sort(scores["cutoff"].unique()):
        before = known[known["cutoff"] + horizon <= cutoff]
        squared = (before["value"] ** 2).groupby(before["model"], observed=True).mean().reindex(list(models))
        strength = 1 / squared.clip(lower=1e-12) if squared.notna().all() else squared.fillna(1.0) * 0 + 1
        parts.append(
            pd.DataFrame({"cutoff": cutoff, "model": strength.index, "weight": (strength / strength.sum()).to_numpy()})
        )
    return pd.concat(parts, ignore_index=True)


def _combined(forecasts: pd.DataFrame, models: Collection[str], name: str, how: str) -> pd.DataFrame:
    rows = _complete(forecasts[forecasts["model"].isin(list(models))], set(models))
    said = rows.groupby(_days(rows), sort=False, observed=True)["yhat"].agg(how)
    return _rows(rows, said, name)


def _complete(rows: pd.DataFrame, models: set[str]) -> pd.DataFrame:
    """The rows, if every model said something on every day."""
    if lacking := models - set(rows["model"].unique()):
        raise AnalysisError(f"there is no forecast of {', '.join(sorted(lacking))} to combine")
    counts = rows.groupby(_days(rows), observed=True)["model"].agg(["size", "nunique"])
    if (counts != len(models)).any(axis=None):
        raise AnalysisError("the models do not forecast the same series and days, each once: nothing to combine")
    return rows


def _days(rows: pd.DataFrame) -> list[str]:
    return [column for column in ("level", "unique_id", "cutoff", "ds") if column in rows]


def _rows(rows: pd.DataFrame, said: pd.Series, name: str) -> pd.DataFrame:
    """One row per day with what was said of it; what else is known of the day stays, bounds do not."""
    keys = _days(rows)
    kept = [column for column in rows if column not in {"yhat", "model", "weight"} and "er_" not in str(column)]
    about = rows.drop_duplicates(keys)[kept]
    made = about.merge(said.rename("yhat").reset_index(), on=keys, how="left", validate="one_to_one")
    return made.assign(model=name)
