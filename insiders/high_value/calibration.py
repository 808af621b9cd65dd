"""Whether probabilities mean what they say: reliability by bins, the Brier score, and their correction after the fact.

The correction is Platt's (1999): a logistic curve over the logit of the probability, learnt from predictions whose
outcome is known. It keeps the order of the customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from insiders.significance import share_interval

Floats = npt.NDArray[np.float64]

EDGE = 1e-4
"""Probabilities nearer to 0 or 1 count as this far from it, so that they have a logit."""


@dataclass(frozen=True)
class Correction:
    """A logistic curve over the logit: slope 1 and intercept 0 change nothing; a slope below 1 draws to the middle."""

    slope: float
    intercept: float

    def apply(self, probability: npt.ArrayLike) -> Floats:
        """The corrected probabilities."""
        clipped = np.clip(np.asarray(probability, dtype="float64"), EDGE, 1 - EDGE)
        return np.asarray(expit(self.intercept + self.slope * logit(clipped)), dtype="float64")


UNCHANGED = Correction(1.0, 0.0)


def fit(predictions: pd.DataFrame) -> Correction:
    """The correction that predictions (``probability``, ``high``) call for.

    None where they are all alike, where only one outcome is there, or where the order is the reverse of the outcome.
    """
    values = logit(np.clip(predictions["probability"].to_numpy(dtype="float64"), EDGE, 1 - EDGE))
    if np.ptp(values) < 1e-9 or predictions["high"].nunique() < 2:
        return UNCHANGED
    curve = LogisticRegression(C=1e6, max_iter=1000).fit(values[:, None], predictions["high"].to_numpy())
    slope = float(curve.coef_[0, 0])
    return Correction(slope, float(curve.intercept_[0])) if slope > 0 else UNCHANGED


def corrected(predictions: pd.DataFrame, days: int) -> pd.DataFrame:
    """The predictions of those cuts for which a correction could be known, corrected model by model.

    At every cut the correction is learnt from the cuts whose ``days`` had ended by then; the first cuts have none, and
    are left out. Columns as given: cut, customer_id, later, high, model, probability.
    """
    parts = []
    for _, ours in predictions.groupby("model", sort=False):
        for cut in ours["cut"].unique():
            earlier = ours[ours["cut"] + pd.Timedelta(days=days) <= cut]
            if len(earlier):
                part = ours[ours["cut"] == cut]
                parts.append(part.assign(probability=fit(earlier).apply(part["probability"])))
    return pd.concat(parts, ignore_index=True) if parts else predictions.iloc[:0]


def chosen(predictions: pd.DataFrame, days: int) -> Correction:
    """The correction for what comes next by one model: none where on later cuts it has not lowered the Brier score."""
    tried = corrected(predictions, days)
    if tried.empty:
        return UNCHANGED
    judged = predictions.merge(tried[["cut", "customer_id"]])
    return fit(predictions) if brier(tried) < brier(judged) else UNCHANGED


def brier(predictions: pd.DataFrame) -> float:
    """The mean squared distance of probability and outcome (Brier 1950)."""
    return float(((predictions["probability"] - predictions["high"]) ** 2).mean())


def reliability(predictions: pd.DataFrame, bins: int = 10, *, confidence: float = 0.95) -> pd.DataFrame:
    """Per model and bin of as many customers: customers, predicted (mean), observed (share), lower, upper, inside.

    The bounds are Wilson's (1927) for the observed share; ``inside`` says whether the predicted mean lies within. They
    take a customer at two cuts for two, so over cuts that share customers they are narrower than they should be.
    """
    rows = []
    for model, part in predictions.groupby("model", sort=False):
        place = (part["probability"].rank(method="first") - 1) * bins // len(part)
        for number, (_, group) in enumerate(part.groupby(place), start=1):
            hits, size = int(group["high"].sum()), len(group)
            share = share_interval(hits, size, confidence=confidence)
            mean = float(group["probability"].mean())
            inside = share.lower <= mean <= share.upper
            rows.append((model, number, size, mean, share.estimate, share.lower, share.upper, inside))
    columns = ["model", "bin", "customers", "predicted", "observed", "lower", "upper", "inside"]
    return pd.DataFrame(rows, columns=columns)


def error(table: pd.DataFrame) -> pd.Series:
    """Expected calibration error per model: the mean distance of predicted and observed over the bins, by customers."""
    distance = (table["predicted"] - table["observed"]).abs() * table["customers"]
    return (distance.groupby(table["model"]).sum() / table.groupby("model")["customers"].sum()).rename("error")
