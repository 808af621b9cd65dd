"""How well a ranking finds the few that matter: average precision, precision and recall at k, lift, cumulative gains.

Customers with equal scores are taken in random order, and the figures are the means over those orders. Intervals come
from resampled customers (percentile bootstrap; a customer is drawn with all their cuts), means over the cuts; what
changes from one quarter to the next for everybody is not in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

SHARES = (0.05, 0.1, 0.2)
"""Shares of the customers for which precision, recall, lift and revenue are told."""


BLOCK = 50
"""Resamples worked on at a time, which bounds the memory."""


@dataclass(frozen=True)
class Measured:
    """Measures of several rankings, with what is needed to compare them in pairs."""

    table: pd.DataFrame
    """``model``, ``metric``, ``mean`` (over the cuts), ``lower``, ``upper``."""
    by_cut: pd.DataFrame
    """``model``, ``cut``, ``metric``, ``value``."""
    resampled: dict[tuple[str, str], Floats]
    """Mean over the cuts in every resample, by model and metric; the same resamples for all."""
    confidence: float

    def difference(self, model: str, other: str, metric: str) -> tuple[float, float, float]:
        """Mean difference of a metric, model less other, with its paired bounds."""
        means = self.table.set_index(["model", "metric"])["mean"]
        bounds = _bounds(self.resampled[model, metric] - self.resampled[other, metric], self.confidence)
        return (float(means[model, metric] - means[other, metric]), *bounds)


def measure(predictions: pd.DataFrame, *, resamples: int = 300, confidence: float = 0.95, seed: int = 42) -> Measured:
    """Measures of predictions: cut, customer_id, model, probability, high, later.

    ``average_precision``; at 5, 10 and 20 % of the customers ``precision``, ``recall``, ``lift`` (precision over
    prevalence) and ``revenue`` (share of the later net revenue of all); ``brier`` (mean squared error).
    """
    number, names = pd.factorize(predictions["customer_id"])
    weights = _weights(len(names), resamples, seed)
    found: dict[tuple[str, str], list[Floats]] = {}
    rows = []
    for (model, cut), part in predictions.assign(number=number).groupby(["model", "cut"], sort=False):
        drawn = weights[:, part["number"].to_numpy()]
        blocks = [_metrics(part, drawn[start : start + BLOCK]) for start in range(0, len(drawn), BLOCK)]
        for metric in blocks[0]:
            values = np.concatenate([block[metric] for block in blocks])
            found.setdefault((str(model), metric), []).append(values)
            rows.append({"model": model, "cut": cut, "metric": metric, "value": float(values[0])})
    means = {key: np.mean(values, axis=0) for key, values in found.items()}
    table = [
        {"model": model, "metric": metric, "mean": float(values[0]), **_named(_bounds(values[1:], confidence))}
        for (model, metric), values in means.items()
    ]
    resampled = {key: values[1:] for key, values in means.items()}
    return Measured(pd.DataFrame(table), pd.DataFrame(rows), resampled, confidence)


def cumulative(predictions: pd.DataFrame, shares: Sequence[float] = tuple(np.linspace(0, 1, 21))) -> pd.DataFrame:
    """Cumulative gains: model, share (of the customers, best first), found (share of the high), revenue (of the later).

    Means over the cuts. The model ``oracle`` ranks by what came; a ranking by lot finds as much as it takes.
    """
    oracle = predictions[predictions["model"] == predictions["model"].iloc[0]]
    oracle = oracle.assign(model="oracle", probability=oracle["later"])
    rows = []
    for (model, _), part in pd.concat([predictions, oracle]).groupby(["model", "cut"], sort=False):
        sums = _ranked(part, np.ones((1, len(part))))
        for share in shares:
            found, revenue = (_at(sums, what, share)[0] for what in ("high", "later"))
            rows.append({"model": model, "share": share, "found": found, "revenue": revenue})
    return pd.DataFrame(rows).groupby(["model", "share"], sort=False).mean().reset_index()


def average_precision(high: npt.NDArray[np.bool_], score: Floats) -> float:
    """Average precision of one ranking: the area under precision over recall, in steps."""
    part = pd.DataFrame({"high": high, "probability": score, "later": 0.0})
    return float(_average_precision(_ranked(part, np.ones((1, len(part)))))[0])


def _weights(customers: int, resamples: int, seed: int) -> npt.NDArray[np.uint8]:
    """How often each customer is drawn: once each in the first row, then as often as chance has it."""
    draw = np.random.default_rng(seed)
    drawn = (np.bincount(draw.integers(0, customers, customers), minlength=customers) for _ in range(resamples))
    return np.stack([np.ones(customers, "uint8"), *(each.astype("uint8") for each in drawn)])


def _metrics(part: pd.DataFrame, drawn: npt.NDArray[np.uint8]) -> dict[str, Floats]:
    weights = drawn.astype("float64")
    sums = _ranked(part, weights)
    error = (part["probability"].to_numpy() - part["high"].to_numpy(dtype="float64")) ** 2
    values = {"average_precision": _average_precision(sums), "brier": weights @ error / weights.sum(axis=1)}
    for share in SHARES:
        name = f"{share * 100:.0f}"
        values[f"recall_{name}"] = _at(sums, "high", share)
        values[f"lift_{name}"] = values[f"recall_{name}"] / share
        values[f"precision_{name}"] = values[f"lift_{name}"] * sums["high"][:, -1] / sums["taken"][:, -1]
        values[f"revenue_{name}"] = _at(sums, "later", share)
    return values


def _ranked(part: pd.DataFrame, weights: Floats) -> dict[str, Floats]:
    """Customers taken, high ones among them and their later revenue, summed down the ranking to the end of each tie."""
    order = np.argsort(-part["probability"].to_numpy(), kind="stable")
    score = part["probability"].to_numpy()[order]
    ends = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    counted = weights[:, order]
    high, later = (part[name].to_numpy(dtype="float64")[order] for name in ("high", "later"))
    return {
        "taken": np.cumsum(counted, axis=1)[:, ends],
        "high": np.cumsum(counted * high, axis=1)[:, ends],
        "later": np.cumsum(counted * later, axis=1)[:, ends],
    }


def _average_precision(sums: dict[str, Floats]) -> Floats:
    precision = sums["high"] / np.maximum(sums["taken"], 1e-12)
    recalled = np.diff(sums["high"], axis=1, prepend=0.0)
    return np.asarray((recalled * precision).sum(axis=1) / np.maximum(sums["high"][:, -1], 1e-12))


def _at(sums: dict[str, Floats], what: str, share: float) -> Floats:
    """Share of the whole that is found among that share of the customers."""
    taken, found = (np.pad(sums[name], ((0, 0), (1, 0))) for name in ("taken", what))
    rows = [
        np.interp(share * all_taken[-1], all_taken, all_found) / all_found[-1] if all_found[-1] else 0.0
        for all_taken, all_found in zip(taken, found, strict=True)
    ]
    return np.asarray(rows, dtype="float64")


def _bounds(values: Floats, confidence: float) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _named(bounds: tuple[float, float]) -> dict[str, float]:
    return {"lower": bounds[0], "upper": bounds[1]}
