"""Statistical models of one series, by name: its past and its rhythm in, the expected next values out.

All but the plain means are those of statsforecast. Whoever calls them sees to it that the past is long enough
(`Model.needs`), has no gaps and ends right before the first step to forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from statsforecast.models import (
    TSB,
    AutoARIMA,
    AutoETS,
    CrostonClassic,
    CrostonSBA,
    SimpleExponentialSmoothingOptimized,
    Theta,
)


@dataclass(frozen=True)
class Rhythm:
    """How a kind of series repeats itself, in steps of its own grid."""

    season: int
    """Steps after which it repeats: open weekdays of a week, weeks or months of a year; 1 where it does not."""
    window: int
    """Steps that count as recent: eight weeks of days, a quarter of weeks, half a year of months."""


Method = Callable[[np.ndarray, Rhythm, int], np.ndarray]
"""Past of a series, its rhythm and the number of steps ahead to the expected values."""


@dataclass(frozen=True)
class Model:
    """One way of forecasting a series, and what it takes."""

    method: Method
    source: str
    """Who it comes from, or what it is."""
    seasons: int = 0
    """Whole seasons of history it needs."""
    least: int = 1
    """Steps of history it needs in any case."""
    memory: int | None = None
    """Last steps that it reads, all where None: what lies further back costs time and moves little."""
    slow: bool = False
    """Whether a series takes more than some milliseconds, so that several processes pay."""

    def needs(self, season: int) -> int:
        """Steps of history without which it cannot be fitted."""
        return max(self.least, self.seasons * season)


def recent_mean(y: np.ndarray, rhythm: Rhythm, ahead: int) -> np.ndarray:
    """The mean of the recent past, or of all there is."""
    return np.full(ahead, y[-rhythm.window :].mean())


def last_season(y: np.ndarray, rhythm: Rhythm, ahead: int) -> np.ndarray:
    """The last season again."""
    return np.resize(y[-rhythm.season :], ahead)


def seasonal_means(y: np.ndarray, rhythm: Rhythm, ahead: int) -> np.ndarray:
    """The mean of the same place in the season over the recent past: weekday means, where steps are days."""
    seasons = max(1, min(rhythm.window, len(y)) // rhythm.season)
    return np.resize(y[-seasons * rhythm.season :].reshape(seasons, rhythm.season).mean(axis=0), ahead)


def _by(make: Callable[[int], Any]) -> Method:
    """The method of a model of statsforecast, made for a season."""
    return lambda y, rhythm, ahead: np.asarray(make(rhythm.season).forecast(y, h=ahead)["mean"], dtype="float64")


def _arima(season: int) -> AutoARIMA:
    return AutoARIMA(
        season_length=season, max_p=2, max_q=2, max_P=1, max_Q=1, max_d=1, max_D=1, approximation=True, nmodels=20
    )


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "seasonal_naive": Model(last_season, "the last season again", seasons=1),
        "moving_average": Model(recent_mean, "mean of the recent past: eight weeks, for days"),
        "weekday_means": Model(seasonal_means, "mean of the same weekday over the recent past", seasons=1),
        "ses": Model(
            _by(lambda _: SimpleExponentialSmoothingOptimized()), "exponential smoothing, weight by error", least=4
        ),
        "ets": Model(
            _by(lambda season: AutoETS(season_length=season)),
            "exponential smoothing, form by AICc: Hyndman et al. 2002",
            seasons=2,
            least=12,
            memory=730,
            slow=True,
        ),
        "theta": Model(
            _by(lambda season: Theta(season_length=season)),
            "Assimakopoulos and Nikolopoulos 2000, deseasonalised where a season shows",
            seasons=2,
            least=12,
            memory=730,
            slow=True,
        ),
        "arima": Model(
            _by(_arima),
            "up to (2, 1, 2)(1, 1, 1), step by step by AICc: Hyndman and Khandakar 2008",
            seasons=2,
            least=12,
            memory=400,
            slow=True,
        ),
        "croston": Model(
            _by(lambda _: CrostonClassic()), "size of a demand and time between them: Croston 1972", least=4
        ),
        "croston_sba": Model(_by(lambda _: CrostonSBA()), "Croston less its bias: Syntetos and Boylan 2005", least=4),
        "tsb": Model(
            _by(lambda _: TSB(alpha_d=0.1, alpha_p=0.1)),
            "size and probability of a demand, fades where sales stop: Teunter, Syntetos and Babai 2011",
            least=4,
        ),
    }
)
"""The models by name, the plainest first."""
