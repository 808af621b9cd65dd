"""Forecasts that any other model has to beat: the last week again, means of eight weeks, exponential smoothing.

Every forecaster has one signature: the panel of the past (one row per open day, one column per series) and the open
days to forecast go in; the expected values come out, one row per day asked for, the same columns, never below zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from statsforecast.models import AutoETS

from insiders.errors import AnalysisError
from insiders.series import weekday_grid

Forecaster = Callable[[pd.DataFrame, pd.DatetimeIndex], pd.DataFrame]

RECENT_WEEKS = 8


def seasonal_naive(history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Each day as its weekday last was."""
    return _by_weekday(history.groupby(_weekdays(history)).last(), history, dates)


def moving_average(history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Each day as the mean open day of the last eight weeks."""
    mean = _recent(history).mean()
    return pd.DataFrame(np.tile(mean, (len(dates), 1)), index=dates, columns=history.columns)


def weekday_means(history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Each day as the mean of its weekday over the last eight weeks."""
    recent = _recent(history)
    return _by_weekday(recent.groupby(_weekdays(recent)).mean(), history, dates)


def ets(history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Exponential smoothing with a weekly season, its form chosen by AICc (Hyndman et al. 2002, AutoETS).

    Holidays would shift the weekly season, so a closed day on an open weekday counts as that weekday a week earlier.
    """
    filled, steps = on_weekday_grid(history, dates)
    season = len(np.unique(_weekdays(history)))
    ahead = steps[-1] + 1
    means = {name: AutoETS(season_length=season).forecast(y.to_numpy(), h=ahead)["mean"] for name, y in filled.items()}
    return pd.DataFrame(means).set_axis(history.columns, axis=1).iloc[steps].set_axis(dates).clip(lower=0.0)


BASELINES: Mapping[str, Forecaster] = MappingProxyType(
    {
        "seasonal_naive": seasonal_naive,
        "moving_average": moving_average,
        "weekday_means": weekday_means,
        "ets": ets,
    }
)
"""The baselines by name, the plainest first."""


def on_weekday_grid(history: pd.DataFrame, dates: pd.DatetimeIndex) -> tuple[pd.DataFrame, np.ndarray]:
    """The history on every date of its weekdays, gaps filled by the week before, and where ``dates`` come after it."""
    grid = weekday_grid(pd.DatetimeIndex(history.index), dates[-1])
    past, future = grid[grid <= history.index[-1]], grid[grid > history.index[-1]]
    steps = future.get_indexer(dates)
    if (steps < 0).any():
        strange = dates[steps < 0][0]
        raise AnalysisError(
            f"{strange:%Y-%m-%d} is to be forecast, but the history has no {strange:%A} after which to go"
        )
    dense = history.reindex(past)
    return dense.groupby(past.dayofweek).ffill().bfill(), steps


def _recent(history: pd.DataFrame) -> pd.DataFrame:
    return history[history.index > history.index[-1] - pd.Timedelta(weeks=RECENT_WEEKS)]


def _weekdays(rows: pd.DataFrame) -> np.ndarray:
    return pd.DatetimeIndex(rows.index).dayofweek.to_numpy()


def _by_weekday(values: pd.DataFrame, history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """The row of each date's weekday; a weekday that was not seen takes the mean of the last eight weeks."""
    chosen = values.reindex(dates.dayofweek).set_axis(dates)
    return chosen.fillna(_recent(history).mean())
