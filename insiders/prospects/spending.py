"""What a customer will bring in the next 90 days, with bounds that hold what such customers brought before.

The bounds are those of split-conformal prediction (Papadopoulos and others 2002) on earlier days: customers are parted
by what was expected of them, and within a part the later revenue over the expected one says how far it strays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from insiders.policies.lifetime_value import expected_purchases, expected_spend
from insiders.policies.maximum_likelihood import Floats
from insiders.prospects.known import Known, judged_days
from insiders.significance import Interval, mean_bootstrap_interval

DAYS = 90
PLAIN = "as_last_90"
"""As much again as in the last 90 days: what every way is held against."""

PARTS = 10
"""Groups of customers by what is expected of them."""


@dataclass(frozen=True)
class Strays:
    """How far later revenue strays from what was expected, by the amount expected."""

    edges: Floats
    """Inner bounds of the parts, in the shop's currency."""
    low: Floats
    """By part: the lower quantile of later revenue over expected revenue plus ``unit``."""
    high: Floats
    unit: float
    """An amount that keeps the ratio finite where nothing is expected."""

    def bounds(self, expected: Floats) -> tuple[Floats, Floats]:
        """Lower and upper bound of every customer; what is expected lies between them."""
        part = np.searchsorted(self.edges, expected, side="right")
        base = expected + self.unit
        return np.minimum(self.low[part] * base, expected), np.maximum(self.high[part] * base, expected)


@dataclass(frozen=True)
class Judged:
    """The expected revenue: the way chosen, and how it did on a day it had not seen."""

    way: str
    errors: pd.DataFrame
    """Mean absolute error by judged day (index) and way, in the shop's currency; the last day did not choose."""
    last: pd.DataFrame
    """customer_id, later, lower, upper and the expectation of every way, on the last judged day."""
    gain: Interval
    """Mean absolute error of the plain way less that of the chosen one on that day, over the same customers."""
    coverage: float
    """Share of those customers whose later revenue lies within the bounds."""
    confidence: float

    def total_error(self, way: str) -> float:
        """Expected over later revenue of all customers together, less 1."""
        return float(self.last[way].sum() / self.last["later"].sum() - 1)


def _plain(known: Known) -> Floats:
    return known.customers["revenue_90"].to_numpy("float64")


def _model(known: Known) -> Floats:
    bought = expected_purchases(known.model.purchases.logs, known.histories, DAYS)
    return np.asarray(bought * expected_spend(known.model.spending.logs, known.histories), "float64")


def _half_year(known: Known) -> Floats:
    return known.customers["revenue_180"].to_numpy("float64") / 2


WAYS: Mapping[str, Callable[[Known], Floats]] = MappingProxyType(
    {
        PLAIN: _plain,
        "half_of_180": _half_year,
        "gamma_gamma": _model,
        "mean_of_both": lambda known: (_half_year(known) + _model(known)) / 2,
    }
)
"""Ways to the expected revenue, the simplest first: as much as in the last 90 days, half of the last 180 days, BG/NBD
with Gamma-Gamma, and the mean of the last two."""


def strays(expected: Floats, later: Floats, confidence: float) -> Strays:
    """How far later revenue strayed, learnt from customers whose later revenue is known."""
    positive = expected[expected > 0]
    unit = float(np.median(positive)) if len(positive) else 1.0
    edges = np.unique(np.quantile(expected, np.arange(1, PARTS) / PARTS))
    part = np.searchsorted(edges, expected, side="right")
    ratio = pd.Series(later / (expected + unit)).groupby(part)
    every = range(len(edges) + 1)
    low, high = (ratio.quantile(tail).reindex(every).ffill().bfill() for tail in _tails(confidence))
    return Strays(edges, np.asarray(low, "float64"), np.asarray(high, "float64"), unit)


def judge(cuts: Sequence[Known], *, confidence: float = 0.95, seed: int = 42) -> Judged:
    """The way to take and its errors; an `AnalysisError` where no day can be judged."""
    days = judged_days(cuts, DAYS)
    errors = pd.DataFrame(
        {name: [_error(way, known) for known, _ in days] for name, way in WAYS.items()},
        index=pd.Index([known.day for known, _ in days], name="cut"),
    )
    way = str(errors.iloc[:-1].mean().idxmin()) if len(errors) > 1 else "gamma_gamma"
    known, finished = days[-1]
    last = pd.DataFrame({name: expect(known) for name, expect in WAYS.items()}).assign(
        customer_id=known.customers["customer_id"].to_numpy(), later=known.revenue(DAYS).to_numpy()
    )
    lower, upper = _learnt(way, finished, confidence).bounds(last[way].to_numpy())
    last = last.assign(lower=lower, upper=upper)
    distance = {name: (last[name] - last["later"]).abs() for name in WAYS}
    gain = mean_bootstrap_interval(distance[PLAIN] - distance[way], confidence=confidence, resamples=1000, seed=seed)
    return Judged(way, errors, last, gain, float(last["later"].between(lower, upper).mean()), confidence)


def today(judged: Judged, now: Known, cuts: Sequence[Known]) -> pd.DataFrame:
    """``expected``, ``lower``, ``upper`` of every customer known today, in the shop's currency."""
    expected = WAYS[judged.way](now)
    finished = [past for past in cuts if past.over(DAYS)]
    lower, upper = _learnt(judged.way, finished, judged.confidence).bounds(expected)
    return pd.DataFrame({"expected": expected, "lower": lower, "upper": upper})


def _learnt(way: str, finished: Sequence[Known], confidence: float) -> Strays:
    expected = np.concatenate([WAYS[way](past) for past in finished])
    later = np.concatenate([past.revenue(DAYS).to_numpy() for past in finished])
    return strays(expected, later, confidence)


def _error(way: Callable[[Known], Floats], known: Known) -> float:
    return float(np.abs(way(known) - known.revenue(DAYS).to_numpy()).mean())


def _tails(confidence: float) -> tuple[float, float]:
    return 0.5 - confidence / 2, 0.5 + confidence / 2
