"""Forecasts of one or of thirty thousand series by the statistical models, at one origin or at several."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, cpu_count, delayed

from insiders.errors import AnalysisError
from insiders.handoff import TEXT
from insiders.statistical.demand import OFTEN
from insiders.statistical.grid import DAILY, Grid, grid_of
from insiders.statistical.models import MODELS, Rhythm, recent_mean

FALLBACK = "moving_average"
"""What forecasts a series that is too short for a model, or on which it fails."""

CHUNK = 50
"""Series that a process works on at a time."""

WORTH_WORKERS = 100
"""Series from which on starting other processes pays for a slow model."""


@dataclass(frozen=True)
class Made:
    """What a model made of a chunk of series."""

    means: np.ndarray
    """Series x step ahead, never below zero."""
    made_by: list[str]
    """For each series the model that really made them."""


def forecast(
    values: pd.DataFrame,
    days: pd.DatetimeIndex,
    models: Sequence[str],
    *,
    granularity: str = DAILY,
    intermittent: str | None = None,
    workers: int | None = None,
) -> pd.DataFrame:
    """Expected values of every series on ``days`` by every model: unique_id, ds, cutoff, model, yhat, made_by.

    ``values``: unique_id, ds, y, dense on the shop's open days (or on weeks or months), from each series' launch on.
    A series too short for a model is forecast by the mean of its recent past, and ``made_by`` says so; with
    ``intermittent`` the model of that name stands in where demand comes less than three days in four, too.
    ``workers`` processes share the slow models, as many as there are processors unless said; results do not depend on
    it. An `AnalysisError` names unknown models and days that cannot be forecast.
    """
    _known([*models, *([intermittent] if intermittent else [])])
    grid = grid_of(values, days, granularity)
    series = grid.series()
    cutoff = values["ds"].max()
    parts = [_table(grid, days, cutoff, name, _by(name, series, grid, intermittent, workers)) for name in models]
    return pd.concat(parts, ignore_index=True)


def rolling_forecasts(
    values: pd.DataFrame,
    cutoffs: Iterable[pd.Timestamp],
    horizon: int,
    models: Sequence[str],
    *,
    granularity: str = DAILY,
    intermittent: str | None = None,
    workers: int | None = None,
) -> pd.DataFrame:
    """The forecasts of `forecast` at several origins, with what came: its columns, y.

    At each cut-off, the last day known, the next ``horizon`` calendar days (days in the table) are forecast; series
    launched after it are left out. Which of those days the shop opened is taken as known.
    """
    every = pd.DatetimeIndex(np.sort(values["ds"].unique()))
    parts = []
    for cutoff in cutoffs:
        days = every[(every > cutoff) & (every <= cutoff + pd.Timedelta(days=horizon))]
        known = values[values["ds"] <= cutoff]
        made = forecast(known, days, models, granularity=granularity, intermittent=intermittent, workers=workers)
        parts.append(made.merge(values[["unique_id", "ds", "y"]], on=["unique_id", "ds"]).assign(cutoff=cutoff))
    return pd.concat(parts, ignore_index=True)


def _known(models: Sequence[str]) -> None:
    unknown = [name for name in models if name not in MODELS]
    if unknown or not models:
        raise AnalysisError(f"unknown models: {', '.join(unknown) or 'none named'}; there are {', '.join(MODELS)}")


def _by(name: str, series: list[np.ndarray], grid: Grid, intermittent: str | None, workers: int | None) -> Made:
    ahead = int(grid.steps[-1]) + 1
    chunks = [series[start : start + CHUNK] for start in range(0, len(series), CHUNK)]
    pays = MODELS[name].slow and len(series) >= WORTH_WORKERS
    processes = min(len(chunks), workers or cpu_count()) if pays else 1
    made = Parallel(n_jobs=processes)(
        delayed(_chunk)(name, chunk, grid.rhythm, ahead, intermittent) for chunk in chunks
    )
    return Made(np.concatenate([part.means for part in made]), [by for part in made for by in part.made_by])


def _chunk(name: str, series: list[np.ndarray], rhythm: Rhythm, ahead: int, intermittent: str | None) -> Made:
    """One model's forecasts of some series, in whatever process."""
    means, made_by = np.zeros((len(series), ahead)), []
    with warnings.catch_warnings():
        # Some of a thousand searches for the best weights end at their limit of steps; what they found is used.
        warnings.filterwarnings("ignore", category=UserWarning, module="statsforecast")
        # Theta asks for the autocorrelation of a series that has not changed lately, which has none.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="statsmodels")
        for place, y in enumerate(series):
            seldom = intermittent is not None and len(y) > 0 and (y > 0).mean() < 1 / OFTEN
            means[place], by = _one(intermittent if intermittent and seldom else name, y, rhythm, ahead)
            made_by.append(by)
    return Made(means, made_by)


def _one(name: str, y: np.ndarray, rhythm: Rhythm, ahead: int) -> tuple[np.ndarray, str]:
    if len(y) == 0 or not (y > 0).any():
        return np.zeros(ahead), FALLBACK
    model = MODELS[name]
    if len(y) >= model.needs(rhythm.season):
        try:
            made = model.method(y if model.memory is None else y[-model.memory :], rhythm, ahead)
        except (ArithmeticError, ValueError, IndexError, RuntimeError):
            made = np.full(ahead, np.nan)  # no fit was found
        if np.isfinite(made).all():
            return np.maximum(made, 0.0), name
    return np.maximum(recent_mean(y, rhythm, ahead), 0.0), FALLBACK


def _table(grid: Grid, days: pd.DatetimeIndex, cutoff: pd.Timestamp, name: str, made: Made) -> pd.DataFrame:
    count = len(days)
    table = pd.DataFrame(
        {
            "unique_id": grid.names.repeat(count),
            "ds": np.tile(days.to_numpy(), len(grid.names)),
            "cutoff": cutoff,
            "model": name,
            "yhat": made.means[:, grid.steps].ravel(),
            "made_by": np.repeat(np.array(made.made_by, dtype=object), count),
        }
    )
    return table.astype(dict.fromkeys(["unique_id", "model", "made_by"], TEXT))
