"""Whether one model really is better than another: the difference of their WRMSSE, with a bootstrap over the series."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.accuracy.metrics import series_rmsse
from insiders.errors import AnalysisError


def wrmsse_differences(
    held_out: pd.DataFrame,
    scale: pd.DataFrame,
    baseline: str,
    *,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 42,
) -> pd.DataFrame:
    """Every other model's mean WRMSSE less the baseline's: model, difference, lower, upper (below 0 is better).

    ``held_out`` and ``scale`` are those of `insiders.accuracy`, the difference is the mean over cut-offs. The bounds
    are percentiles over ``draws`` in which as many series are drawn with replacement, the same for all models and
    cut-offs: they say how much hangs on which products were sold, and nothing about other months.
    """
    if baseline not in set(held_out["model"]):
        raise AnalysisError(f"there is no forecast of {baseline}, with which the models are to be compared")
    errors = _errors(held_out.merge(scale, on=["unique_id", "cutoff"], how="left", validate="many_to_one"))
    ids = errors.index.get_level_values("unique_id").unique()
    times = np.random.default_rng(seed).multinomial(len(ids), np.full(len(ids), 1 / len(ids)), draws)
    times = np.vstack([np.ones(len(ids), dtype="int64"), times])
    means = {str(model): _mean_wrmsse(rows, ids, times) for model, rows in errors.groupby(level="model", sort=False)}
    tail = (1 - confidence) / 2
    rows = []
    for model, drawn in means.items():
        if model != baseline:
            gap = drawn - means[baseline]
            lower, upper = np.quantile(gap[1:], [tail, 1 - tail])
            rows.append({"model": model, "difference": gap[0], "lower": lower, "upper": upper})
    return pd.DataFrame(rows, columns=["model", "difference", "lower", "upper"])


def _errors(rows: pd.DataFrame) -> pd.DataFrame:
    """RMSSE and weight by model, cut-off and series."""
    keys = ["model", "cutoff"]
    groups = rows.groupby(keys, sort=False, observed=True)
    return pd.concat({key: series_rmsse(group) for key, group in groups}, names=keys)


def _mean_wrmsse(rows: pd.DataFrame, ids: pd.Index, times: np.ndarray) -> np.ndarray:
    """The mean over cut-offs of the weighted errors, for every draw of series (how often each is in it)."""
    parts = []
    for _, one in rows.groupby(level="cutoff", sort=False):
        table = one.droplevel(["model", "cutoff"]).reindex(ids).fillna(0.0)
        weight = table["weight"].to_numpy()
        parts.append(times @ (table["rmsse"].to_numpy() * weight) / (times @ weight))
    return np.mean(parts, axis=0)
