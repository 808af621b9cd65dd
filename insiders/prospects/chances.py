"""Whether a customer will buy within so many days: a plain rule, a model of buying and leaving, a regression.

The way is chosen by the Brier score on all judged days but the last, which judges what was chosen. The regression
learns from at most `MOST_LEARNT` customers drawn by lot; the scores are over all customers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from insiders.customers import by_lot
from insiders.high_value import calibration, gains
from insiders.policies.lifetime_value import alive
from insiders.policies.maximum_likelihood import Floats
from insiders.prospects.known import Known, judged_days

PLAIN = "bought_lately"
"""The rule every way is held against."""

LATELY = 90
"""Days within which a purchase counts as lately."""

MOST_LEARNT = 200_000
"""Customers at earlier cuts, all cuts together, that the regression learns from; of more, so many are drawn by lot."""


@dataclass(frozen=True)
class Judged:
    """The chances within so many days: the way chosen, and how it did on days it had not seen."""

    days: int
    way: str
    briers: pd.DataFrame
    """Brier score by judged day (index) and way; the last day took no part in the choice."""
    last: pd.DataFrame
    """Predictions of the last judged day: cut, customer_id, later (1 where bought), high, model, probability."""
    measured: gains.Measured
    """Measures of that day, with bounds from resampled customers."""
    reliability: pd.DataFrame
    """Of the way chosen on that day, by tenths, see `calibration.reliability`."""
    lessons: int
    """Customers of the days that were over by then, all days together; of more than `MOST_LEARNT`, so many taught."""

    @property
    def bought(self) -> float:
        """Share of the customers known on the last judged day who bought."""
        return float(self.last["high"].mean())

    def score(self, way: str, metric: str = "brier") -> float:
        """A measure of a way on the last judged day."""
        found = self.measured.table
        return float(found.loc[(found["model"] == way) & (found["metric"] == metric), "mean"].iloc[0])

    @property
    def calibration_error(self) -> float:
        """Mean distance of predicted and observed share over tenths of the customers."""
        return float(calibration.error(self.reliability).iloc[0])


def chance_to_buy(logs: Floats, histories: pd.DataFrame, days: float) -> Floats:
    """Probability of at least one purchase day within ``days``, by BG/NBD.

    A customer who is still there buys at a rate that is gamma (r + x, alpha + age), so that none comes with
    probability ((alpha + age) / (alpha + age + days)) ** (r + x); who has left buys nothing.
    """
    r, alpha, _, _ = np.exp(logs)
    x, age = histories["repeats"].to_numpy("float64"), histories["age"].to_numpy("float64")
    none = np.exp((r + x) * (np.log(alpha + age) - np.log(alpha + age + days)))
    return np.asarray(alive(logs, histories) * (1 - none), "float64")


def _plain(known: Known, finished: Sequence[Known], days: int) -> Floats:
    """The share who bought before, of those who had bought within 90 days by then and of those who had not."""
    lately = pd.concat([past.customers["recency_days"] <= LATELY for past in finished], ignore_index=True)
    bought = pd.concat([past.bought(days) for past in finished], ignore_index=True)
    shares = bought.groupby(lately).mean()
    return (known.customers["recency_days"] <= LATELY).map(shares).fillna(float(bought.mean())).to_numpy("float64")


def _bg_nbd(known: Known, finished: Sequence[Known], days: int) -> Floats:
    del finished
    return chance_to_buy(known.model.purchases.logs, known.histories, days)


def _logistic(known: Known, finished: Sequence[Known], days: int) -> Floats:
    drawn = by_lot.drawn([len(past.customers) for past in finished], MOST_LEARNT)
    taught = list(zip(finished, drawn, strict=True))
    lessons = pd.concat([past.scores.iloc[rows] for past, rows in taught], ignore_index=True)
    bought = pd.concat([past.bought(days).iloc[rows] for past, rows in taught], ignore_index=True)
    if bought.nunique() < 2:
        return np.full(len(known.customers), float(bought.mean()))
    model = LogisticRegression(C=0.1, max_iter=1000).fit(lessons.to_numpy(), bought.to_numpy())
    return np.asarray(model.predict_proba(known.scores.to_numpy())[:, 1], "float64")


WAYS: Mapping[str, Callable[[Known, Sequence[Known], int], Floats]] = MappingProxyType(
    {PLAIN: _plain, "bg_nbd": _bg_nbd, "logistic": _logistic}
)
"""Ways to the probability, by what was known at a cut and at the finished cuts before it; the simplest first."""


def judge(cuts: Sequence[Known], days: int, *, confidence: float = 0.95, seed: int = 42) -> Judged:
    """The way to take and its measures; an `AnalysisError` where no day can be judged."""
    scores = []
    for known, finished in judged_days(cuts, days):
        last = _predictions(known, finished, days)  # of a day at a time: all days are many rows
        squares = last.assign(error=(last["probability"] - last["high"]) ** 2)
        scores.append(squares.pivot_table(index="cut", columns="model", values="error")[list(WAYS)])
    briers = pd.concat(scores)
    # Where a single day can be judged there is none to choose by, and the model named beforehand is taken.
    way = str(briers.iloc[:-1].mean().idxmin()) if len(briers) > 1 else "bg_nbd"
    reliable = calibration.reliability(last[last["model"] == way], confidence=confidence)
    measured = gains.measure(last, confidence=confidence, seed=seed)
    return Judged(days, way, briers, last, measured, reliable, sum(len(past.customers) for past in finished))


def _predictions(known: Known, finished: Sequence[Known], days: int) -> pd.DataFrame:
    """Of every way on one day: cut, customer_id, high, later, model, probability."""
    bought = known.bought(days)
    part = pd.DataFrame({"cut": known.day, "customer_id": known.customers["customer_id"], "high": bought})
    part["later"] = bought.astype("float64")
    found = [part.assign(model=name, probability=way(known, finished, days)) for name, way in WAYS.items()]
    return pd.concat(found, ignore_index=True)


def in_order(sooner: Floats, later: Floats) -> tuple[Floats, Floats]:
    """The probabilities within two spans of days, the shorter first, of which the first is never above the second.

    Each comes from a way of its own, so for a few customers they cross; there both become their mean, as isotonic
    regression pools adjacent violators (Barlow et al. 1972, Statistical Inference under Order Restrictions).
    """
    pooled = (sooner + later) / 2
    crossed = sooner > later
    return np.where(crossed, pooled, sooner), np.where(crossed, pooled, later)


def today(judged: Judged, now: Known, cuts: Sequence[Known]) -> Floats:
    """The probability of every customer known today, by the way chosen."""
    return WAYS[judged.way](now, [past for past in cuts if past.over(judged.days)], judged.days)
