"""Trees taught with all series of a long table, and asked for the days after them.

One model serves every day of the horizon (direct forecasting): it is told how far ahead the day lies, what the series
did before the origin, and what is known of the day. So no forecast is ever fed back as if it had been sold.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from insiders.boosting.features import KEYS, STEP, at_origin, codes_of, of_days, pairs, scaled
from insiders.boosting.objectives import OBJECTIVES, Objective, nearer_counts_more
from insiders.boosting.trained import Settings, Trained
from insiders.errors import AnalysisError
from insiders.series.density import check_dense


def fit(
    history: pd.DataFrame,
    horizon: int,
    settings: Settings | None = None,
    *,
    static: pd.DataFrame | None = None,
    weights: pd.Series | None = None,
) -> Trained:
    """Trees from a long table (unique_id, ds, y) of sales up to the cut-off, each series dense to its last day.

    From each row on, one day of the next ``horizon`` rows is drawn and learnt. Every other column of ``history``
    (price, promotion) is a feature that has to be known of the days to forecast, too; ``static`` has a row per series:
    unique_id and text columns, such as category or store. ``weights``, by unique_id, is what an error of a series
    counts, all alike unless given; one that has none teaches nothing. An `AnalysisError` says what there is not, or is
    too little.
    """
    begin, settings = time.perf_counter(), settings or Settings()
    if settings.objective not in OBJECTIVES:
        raise AnalysisError(f"there is no objective {settings.objective!r}; there are {', '.join(OBJECTIVES)}")
    if not history["y"].gt(0).any() or history["y"].lt(0).any():
        raise AnalysisError("boosting learns from sales of zero and more, and needs some above zero")
    check_dense(history)
    objective, codes = OBJECTIVES[settings.objective], codes_of(static)
    known_ahead = tuple(str(name) for name in history.columns if name not in KEYS)
    table = _learnt(history.sort_values(["unique_id", "ds"], kind="stable").reset_index(drop=True), log=objective.log)
    before, place, step = pairs(table, settings, horizon)
    if before.empty:
        raise AnalysisError("no series has two rows and sold often enough: there is nothing trees could learn from")
    later = table.iloc[place].reset_index(drop=True)
    before, unit = _in_units(before, settings)
    days = of_days(later, history["ds"], known_ahead, static, codes, yearly=settings.yearly)
    features = before.join(days).assign(**{STEP: step})
    later = later.assign(pieces=np.expm1(later["y"]) if objective.log else later["y"], y=later["y"] / unit)
    text = _grown(
        features, later["y"].to_numpy(dtype="float64"), _weights(later, unit, weights, objective), settings, codes
    )
    seconds = time.perf_counter() - begin
    return Trained(settings, horizon, text, codes, known_ahead, len(later), seconds)


def forecast(
    trained: Trained, history: pd.DataFrame, future: pd.DataFrame, *, static: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The rows of ``future`` (unique_id, ds, and what has to be known ahead) with ``yhat``, never below zero.

    ``history`` is that of `fit` or goes on after it; ``future`` has the same days of each of its series, right after
    the last one known and no more than the horizon taught. An `AnalysisError` names what is missing.
    """
    days = pd.DatetimeIndex(np.sort(future["ds"].unique()))
    wanted = history[history["unique_id"].isin(future["unique_id"])].sort_values(["unique_id", "ds"], kind="stable")
    if len(future) != len(days) * wanted["unique_id"].nunique():
        raise AnalysisError("each series needs a history, and one row for every day to forecast")
    check_dense(wanted)
    if len(days) > trained.horizon:
        raise AnalysisError(f"the trees were taught {trained.horizon} days ahead, {len(days)} are asked for")
    log = OBJECTIVES[trained.settings.objective].log
    step = days.get_indexer(pd.DatetimeIndex(future["ds"])) + 1
    known = at_origin(_learnt(wanted, log=log), future["unique_id"], step, trained.settings)
    before, unit = _in_units(known, trained.settings)
    calendar = pd.concat([history["ds"], future["ds"]])
    features = before.join(
        of_days(future.reset_index(drop=True), calendar, trained.known_ahead, static, trained.static)
    )
    features[STEP] = step
    booster = lgb.Booster(model_str=trained.booster)
    said = np.asarray(booster.predict(features[booster.feature_name()], num_threads=trained.settings.threads)) * unit
    return future.assign(yhat=np.maximum(np.expm1(said) if log else said, 0.0))


def importance(trained: Trained) -> pd.DataFrame:
    """By feature: ``share`` of all that the splits by it gained, the highest first."""
    booster = lgb.Booster(model_str=trained.booster)
    gain = pd.Series(booster.feature_importance("gain"), index=booster.feature_name())
    shares = (gain / gain.sum()).sort_values(ascending=False, kind="stable")
    return shares.rename_axis("feature").rename("share").reset_index()


def _weights(
    later: pd.DataFrame, unit: np.ndarray, weights: pd.Series | None, objective: Objective
) -> np.ndarray | None:
    """The weight of each row to learn from (unique_id, ds, pieces); None where all weigh alike."""
    if objective.weight is None and weights is None and not objective.pieces:
        return None
    own = np.ones(len(later)) if weights is None else later["unique_id"].map(weights).fillna(0.0).to_numpy("float64")
    own = own * unit**2 if objective.pieces else own
    if not own.any():
        raise AnalysisError("no series that trees could learn from has a weight above zero")
    own = own / own.mean()
    return own if objective.weight is None else own * objective.weight(later[["ds"]].assign(y=later["pieces"]))


def _grown(
    features: pd.DataFrame, target: np.ndarray, weigh: np.ndarray | None, settings: Settings, categories: Iterable[str]
) -> str:
    """The trees in LightGBM's text, from features, what was sold later as it is learnt, and the rows' weights."""
    objective = OBJECTIVES[settings.objective]
    data = lgb.Dataset(features, target, weight=weigh, categorical_feature=list(categories))
    parameters = {**_parameters(settings), **objective.parameters, "tweedie_variance_power": settings.power}
    booster = lgb.train(parameters, data, settings.trees)
    for _ in range(objective.rounds - 1):
        equal = np.ones(len(target)) if weigh is None else weigh
        data.set_weight(nearer_counts_more(equal, np.asarray(booster.predict(features)) - target))
        booster = lgb.train(parameters, data, settings.trees)
    return booster.model_to_string()


def _in_units(before: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, np.ndarray]:
    """The features and the unit of each row, 1 where the settings or the objective want pieces."""
    if settings.scaled and not OBJECTIVES[settings.objective].log:
        return scaled(before, settings)
    return before, np.ones(len(before))


def _learnt(rows: pd.DataFrame, *, log: bool) -> pd.DataFrame:
    return rows.assign(y=np.log1p(rows["y"])) if log else rows


def _parameters(settings: Settings) -> dict[str, Any]:
    return {
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.least_rows,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "seed": settings.seed,
        "num_threads": settings.threads,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }
