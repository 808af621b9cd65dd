"""Bounds of forecasts by split conformal prediction, for each horizon, from the errors made at earlier origins.

Absolute errors are divided by what is usual for their series, so that those of a level can be pooled (normalised
split conformal prediction, Papadopoulos et al. 2002; the rolling origins are the calibration set). What the bounds
cover is measured on later origins, never on those that they were made from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError

COVERAGES = (80, 95)
"""Nominal coverages, in percent."""

NEIGHBOURS = 3
"""Days of horizon on either side whose errors count, too: a week of days together, also at either end."""

ENOUGH = 7
"""Earlier errors from which on a series has a usual error of its own; with fewer it is told by its forecast's size."""

SMALLEST = 1e-6


def with_bounds(
    forecasts: pd.DataFrame, earlier: pd.DataFrame, static: pd.DataFrame, *, coverages: Sequence[int] = COVERAGES
) -> pd.DataFrame:
    """Forecasts with bounds: their columns (unique_id, ds, cutoff, model, yhat), and lower_80, upper_80 and so on.

    ``earlier`` are forecasts of earlier origins with what came (the same columns and y); for each cut-off only their
    days up to it are used, pooled by level (``static``: unique_id, level), model and horizon, neighbouring horizons
    included. Horizons are counted in days of the table after the cut-off. Lower bounds are not below zero. An
    `AnalysisError` says how many errors a coverage needs where there are fewer.
    """
    level = static.set_index("unique_id")["level"]
    rows = forecasts.assign(level=forecasts["unique_id"].map(level), horizon=horizons(forecasts))
    past = earlier.assign(level=earlier["unique_id"].map(level), horizon=horizons(earlier))
    parts = []
    for _, part in rows.groupby(["cutoff", "model", "level"], sort=False, observed=True):
        cutoff, model, name = part["cutoff"].iloc[0], part["model"].iloc[0], part["level"].iloc[0]
        known = past[(past["ds"] <= cutoff) & (past["model"] == model) & (past["level"] == name)]
        parts.append(_bounded(part, known, coverages, name))
    return pd.concat(parts).sort_index().drop(columns=["level", "horizon"])


def coverage(bounded: pd.DataFrame, static: pd.DataFrame, *, coverages: Sequence[int] = COVERAGES) -> pd.DataFrame:
    """What bounds covered where ``y`` came: level, model, nominal, covered, width, days.

    ``covered`` and ``nominal`` are shares of series and days, ``width`` is the sum of the widths as a share of what was
    sold, ``days`` the number of series-days it is measured on.
    """
    rows = bounded.assign(level=bounded["unique_id"].map(static.set_index("unique_id")["level"]))
    found = []
    for (level, model), part in rows.groupby(["level", "model"], sort=False, observed=True):
        for percent in coverages:
            lower, upper = part[f"lower_{percent}"], part[f"upper_{percent}"]
            inside = float(part["y"].between(lower, upper).mean())
            width = float((upper - lower).sum() / part["y"].sum()) if part["y"].sum() > 0 else math.nan
            found.append((level, model, percent / 100, inside, width, len(part)))
    return pd.DataFrame(found, columns=["level", "model", "nominal", "covered", "width", "days"])


def horizons(forecasts: pd.DataFrame) -> pd.Series:
    """For each row the number of its day after the cut-off, from 1, among the days of that cut-off."""
    return forecasts.groupby("cutoff", sort=False)["ds"].rank(method="dense").astype("int64")


def _usual_errors(rows: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """For each row the mean absolute error of its series so far, or that of the level for a forecast of its size."""
    errors = (known["y"] - known["yhat"]).abs().groupby(known["unique_id"], observed=True)
    own = rows["unique_id"].map(errors.mean().where(errors.count() >= ENOUGH)).to_numpy(dtype="float64")
    size = rows.groupby(["cutoff", "unique_id"], sort=False, observed=True)["yhat"].transform("mean")
    ratio = (known["y"] - known["yhat"]).abs().sum() / max(float(known["yhat"].sum()), SMALLEST)
    return np.maximum(np.where(np.isfinite(own), own, ratio * size), SMALLEST)


def _bounded(part: pd.DataFrame, known: pd.DataFrame, coverages: Sequence[int], level: str) -> pd.DataFrame:
    place = known["horizon"].to_numpy()
    scores = ((known["y"] - known["yhat"]).abs() / _usual_errors(known, known)).to_numpy()
    usual = _usual_errors(part, known)
    made = part.copy()
    for percent in coverages:
        by_horizon = {
            step: _quantile(scores[np.abs(place - _centre(step, place)) <= NEIGHBOURS], percent / 100, level, step)
            for step in part["horizon"].unique()
        }
        reach = part["horizon"].map(by_horizon) * usual
        made[f"lower_{percent}"] = (part["yhat"] - reach).clip(lower=0.0)
        made[f"upper_{percent}"] = part["yhat"] + reach
    return made


def _centre(step: int, horizons: np.ndarray) -> int:
    """The middle of the week of horizons around a step, which ends with the horizons there are."""
    last = int(horizons.max()) if len(horizons) else step
    return max(min(step, last - NEIGHBOURS), 1 + NEIGHBOURS)


def _quantile(scores: np.ndarray, nominal: float, level: str, step: int) -> float:
    """The score that a new one exceeds with no more than the nominal probability."""
    rank = math.ceil((len(scores) + 1) * nominal - 1e-9)
    if rank > len(scores):
        needed = math.ceil(nominal / (1 - nominal) - 1e-9)
        raise AnalysisError(
            f"bounds that cover {nominal:.0%} need {needed} errors at a horizon, and level {level} has {len(scores)} "
            f"around day {step}: use more earlier origins or a lower coverage"
        )
    return float(np.partition(scores, rank - 1)[rank - 1])
