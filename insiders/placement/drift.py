"""How far the customers have moved from those a segmentation was made of: feature by feature, and in the space.

The population stability index compares two distributions over the same bins: the sum of (now - then) x ln(now / then)
over the bins' shares, which is the symmetrised divergence of Kullback and Leibler. Its usual reading in credit scoring
(Siddiqi 2006): below 0.1 stable, up to 0.25 shifted, above that another population. It is a rule of thumb that knows no
sample size, so what chance alone would give stands beside it.

A history that begins on a fixed day makes everybody older by the mere passing of time: `AGEING` features are told and
left out of the figures that a gate asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2

from insiders.errors import AnalysisError, ModelError
from insiders.spaces import BEHAVIOUR, VALUE, Arrays

FEATURES = (*BEHAVIOUR, *VALUE)

AGEING = ("tenure_days",)

BINS = 10
"""Tenths of the customers then; fewer where many are alike, and one more for those without the feature."""

SHIFTED, ANOTHER = 0.1, 0.25
READINGS = MappingProxyType({SHIFTED: "stable", ANOTHER: "shifted", np.inf: "another population"})
"""By upper bound of the index."""


def reference(customers: pd.DataFrame, features: Iterable[str] = FEATURES) -> Arrays:
    """The distributions that later customers are held against, as plain arrays for the registry's ``.npz``.

    ``features`` (names), ``edges`` (feature x inner bounds of the bins, filled up with infinity) and ``counts``
    (feature x bins, the last for missing values). Raises AnalysisError where there are no customers.
    """
    if customers.empty:
        raise AnalysisError("there are no customers to compare later ones with")
    names = list(features)
    edges = np.full((len(names), BINS - 1), np.inf)
    for row, name in enumerate(names):
        known = customers[name].dropna().to_numpy("float64")
        steps = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.empty(0)
        edges[row, : len(steps)] = steps
    counts = [_counts(customers[name], bounds) for name, bounds in zip(names, edges, strict=True)]
    return {"features": np.array(names), "edges": edges, "counts": np.array(counts, "int64")}


def stability_index(kept: Arrays, customers: pd.DataFrame) -> pd.DataFrame:
    """The population stability index of every feature, the greatest first.

    Columns: ``feature``; ``index``; ``by_chance`` (what 95 of 100 samples of these sizes stay below where nothing has
    changed: the chi-squared limit for independent samples, so a bound where most customers are the same);
    ``reading`` (`READINGS`); ``missing_then`` and ``missing_now`` (shares of the customers). Half a customer is added
    to every bin, so that an empty one is no infinity. Raises ModelError where a feature is missing or the arrays are
    none of `reference`.
    """
    names, edges, counts = _checked(kept)
    if absent := [name for name in names if name not in customers]:
        raise ModelError(f"drift needs {', '.join(absent)}, which the customers do not have")
    if customers.empty:
        raise AnalysisError("there are no customers to compare")
    rows = []
    for name, bounds, then in zip(names, edges, counts, strict=True):
        now = _counts(customers[name], bounds)
        filled = (then > 0) | (now > 0)
        before, after = (_smoothed(each[filled]) for each in (then, now))
        index = float(((after - before) * np.log(after / before)).sum())
        chance = chi2.ppf(0.95, max(1, filled.sum() - 1)) * (1 / then.sum() + 1 / now.sum())
        rows.append((name, index, float(chance), _reading(index), then[-1] / then.sum(), now[-1] / now.sum()))
    columns = ["feature", "index", "by_chance", "reading", "missing_then", "missing_now"]
    return pd.DataFrame(rows, columns=columns).sort_values("index", ascending=False, ignore_index=True)


def figures(table: pd.DataFrame, placed: pd.DataFrame) -> dict[str, float]:
    """What a gate asks: of `stability_index` and `placement.assign`, as plain numbers by the name of the metric.

    ``drift_index`` (the greatest of all features but `AGEING`), ``drift_features`` (how many of them are above 0.25),
    and shares of the placed customers: ``far_share`` (far from every segment), ``new_share``, ``moved_share`` (in
    another segment than when fitted).
    """
    status, counted = placed["status"], table.loc[~table["feature"].isin(AGEING), "index"]
    return {
        "drift_index": float(counted.max()),
        "drift_features": int((counted > ANOTHER).sum()),
        "far_share": float(placed["far"].mean()),
        "new_share": float(status.eq("new").mean()),
        "moved_share": float(status.eq("moved").mean()),
    }


def _counts(values: pd.Series, bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    known = values.dropna().to_numpy("float64")
    bins = np.bincount(np.searchsorted(bounds, known, side="left"), minlength=BINS)
    return np.append(bins, len(values) - len(known))


def _smoothed(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return (counts + 0.5) / (counts + 0.5).sum()


def _reading(index: float) -> str:
    return next(words for bound, words in READINGS.items() if index <= bound)


def _checked(kept: Arrays) -> tuple[list[str], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    if missing := [name for name in ("features", "edges", "counts") if name not in kept]:
        raise ModelError(f"the arrays are none of a reference: there is no {', '.join(missing)}")
    names = [str(name) for name in np.atleast_1d(kept["features"])]
    edges, counts = np.asarray(kept["edges"], "float64"), np.asarray(kept["counts"], "int64")
    shapes = edges.shape == (len(names), BINS - 1) and counts.shape == (len(names), BINS + 1)
    if not shapes or np.isnan(edges).any() or (edges[:, 1:] < edges[:, :-1]).any():
        raise ModelError("the arrays of a reference do not fit together: keep the segmentation again")
    if (counts < 0).any() or (counts.sum(axis=1) < 1).any():
        raise ModelError("the arrays of a reference count no customers: keep the segmentation again")
    return names, edges, counts
