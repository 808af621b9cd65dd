"""Features for trees: what a series did before an origin, by mlforecast, the same weekday before it, the day ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from mlforecast import MLForecast
from mlforecast.lag_transforms import RollingMean, RollingQuantile, RollingStd

from insiders.boosting.trained import Settings
from insiders.errors import AnalysisError
from insiders.series.day_features import TIME_OF_YEAR, day_features

KEYS = ("unique_id", "ds", "y")
STEP = "step"
"""The feature that says how many rows after the last one known a day lies, from 1."""
SEASONS = 8
"""Rows of the same place in the season, the last ones known, that are features: weeks, where a season is one."""
SMALLEST_UNIT = 0.05
"""A series that sold next to nothing is measured in twentieths of a piece."""


def pairs(table: pd.DataFrame, settings: Settings, horizon: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """What is known at every row of each series, the place of a later row of it drawn at random, and the step there.

    ``table`` has unique_id, ds, y, sorted by series and day. The step is from 1 to ``horizon``, 1 being the row itself,
    of which the features know nothing. Left out are rows whose drawn day lies after the series' end, and those before
    which it had sold too seldom: a series that is followed because it went on selling would teach that all do.
    """
    origin = np.arange(len(table))
    step = np.random.default_rng(settings.seed).integers(1, horizon + 1, len(table))
    ends = table.groupby("unique_id", observed=True)["y"].transform("size").to_numpy()
    number = table.groupby("unique_id", observed=True).cumcount().to_numpy()
    wanted = (number + step <= ends) & (number >= ends - settings.rows) & (number > 0)
    sold = table["y"].gt(0)
    wanted &= sold.groupby(table["unique_id"], observed=True).cumsum().to_numpy() - sold >= settings.least_sold
    origin, step = origin[wanted], step[wanted]
    return _known(table, origin, step, settings), origin + step - 1, step


def at_origin(history: pd.DataFrame, ids: pd.Series, step: np.ndarray, settings: Settings) -> pd.DataFrame:
    """What is known, after the last row of each of the series ``ids``, of the day ``step`` rows ahead of it."""
    needed = max(*settings.lags, *settings.windows, settings.season * SEASONS) + 1
    recent = history.groupby("unique_id", observed=True).tail(needed)[list(KEYS)]
    last = recent.groupby("unique_id", observed=True).tail(1)
    extended = pd.concat([recent, last.assign(ds=last["ds"] + pd.Timedelta(days=1), y=0.0)])
    extended = extended.sort_values(["unique_id", "ds"], kind="stable").reset_index(drop=True)
    ends = extended.groupby("unique_id", observed=True).tail(1)
    origin = pd.Series(ends.index, index=ends["unique_id"]).loc[ids].to_numpy()
    return _known(extended, origin, step, settings)


def scaled(features: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, np.ndarray]:
    """What is known of the past in units of each row's own, with the unit's logarithm; and the units, in pieces.

    The unit is the mean of the longest window, so that large and small series teach the same trees.
    """
    mean = features.filter(like=f"rolling_mean_lag1_window_size{max(settings.windows)}_").iloc[:, 0]
    unit = np.maximum(mean.to_numpy(dtype="float64"), SMALLEST_UNIT)
    return features.div(unit, axis=0).assign(size=np.log(unit)), unit


def of_days(
    rows: pd.DataFrame,
    calendar: pd.Series,
    known_ahead: Sequence[str],
    static: pd.DataFrame | None,
    codes: Mapping[str, tuple[str, ...]],
    *,
    yearly: bool = True,
) -> pd.DataFrame:
    """What is known beforehand of each row (unique_id, ds): its day, the columns known ahead, the static codes."""
    days = pd.DatetimeIndex(np.sort(calendar.unique()))
    known = (
        day_features(days, days)
        .drop(columns=[] if yearly else list(TIME_OF_YEAR))
        .set_index("ds")
        .iloc[days.get_indexer(pd.DatetimeIndex(rows["ds"]))]
        .reset_index(drop=True)
    )
    if lacking := [name for name in known_ahead if name not in rows]:
        raise AnalysisError(f"the trees were taught with {', '.join(lacking)}, which history and future need to have")
    table = known.assign(**{name: rows[name].to_numpy(dtype="float64") for name in known_ahead})
    return table.assign(**_coded(rows["unique_id"], static, codes))


def codes_of(static: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """By static feature its values in order; no features without a table."""
    if static is None:
        return {}
    names = [str(name) for name in static if name != "unique_id"]
    return {name: tuple(sorted(static[name].dropna().astype(object).unique())) for name in names}


def _coded(ids: pd.Series, static: pd.DataFrame | None, codes: Mapping[str, tuple[str, ...]]) -> dict[str, np.ndarray]:
    """The number of each row's value; -1, which LightGBM takes as missing, for one that was not there in training."""
    if not codes:
        return {}
    if static is None or not set(codes) <= set(static.columns):
        raise AnalysisError(f"the trees were taught with {', '.join(codes)}: give the table of static features")
    place = pd.Index(static["unique_id"].astype(object)).get_indexer(ids.astype(object))
    found = {}
    for name, values in codes.items():
        numbers = pd.Categorical(static[name].astype(object), categories=list(values)).codes
        found[name] = np.where(place >= 0, numbers[place], -1)
    return found


def _known(table: pd.DataFrame, origin: np.ndarray, step: np.ndarray, settings: Settings) -> pd.DataFrame:
    """What is known at each origin (a row, itself unknown) of the day ``step`` rows ahead, 1 being the row itself."""
    before = _before(table, settings).iloc[origin].reset_index(drop=True)
    same = _same_season(table, origin, step, settings.season)
    counts = np.isfinite(same).sum(axis=1)
    mean = np.where(counts > 0, np.nansum(same, axis=1) / np.maximum(counts, 1), np.nan)
    return before.assign(season_last=same[:, 0], season_mean=mean)


def _same_season(table: pd.DataFrame, origin: np.ndarray, step: np.ndarray, season: int) -> np.ndarray:
    """Origin x season back: what rows before the origin sold that lie whole seasons before the day, missing or not."""
    sold = table["y"].to_numpy(dtype="float64")
    number = table.groupby("unique_id", observed=True).cumcount().to_numpy()[origin]
    nearest = step - 1 - -(-step // season) * season
    back = nearest[:, None] - season * np.arange(SEASONS)
    there = number[:, None] + back >= 0
    return np.where(there, sold[np.maximum(origin[:, None] + back, 0)], np.nan)


def _before(table: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Lags and windows of each row, in the order of the rows; they see the rows before it and not the row itself."""
    longest = settings.windows[-1]
    means = [RollingMean(window, min_samples=1) for window in settings.windows]
    spread = [
        RollingStd(longest, min_samples=2),
        RollingQuantile(0.5, longest, min_samples=1),
        RollingQuantile(0.9, longest, min_samples=1),
    ]
    maker = MLForecast(
        models=[], freq=1, lags=list(settings.lags), lag_transforms={1: [*means, *spread]}, num_threads=settings.threads
    )
    rows = pd.DataFrame(
        {"unique_id": table["unique_id"], "ds": np.arange(len(table)), "y": table["y"].to_numpy(dtype="float64")}
    )
    made = pd.DataFrame(maker.preprocess(rows, static_features=[], dropna=False))
    return made.drop(columns=["unique_id", "ds", "y"]).reset_index(drop=True)
