"""How far a forecast may be trusted, in a word: high, medium or low, by its error on held-out periods.

Judged is the error of what a whole period sold, as a share of it (``total_error``; of several series their absolute
errors added up), since it is the sum of a period that is ordered, and no single day. The lines are drawn in days of
stock: of four weeks' sales 10 % are less than three days, which the stock of any shop evens out; 25 % are a week.
Beyond a week the forecast says which way things go, and not how much to order.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

METRIC = "total_error"
BASELINE = "seasonal_naive"
LINES: Mapping[str, float] = MappingProxyType({"high": 0.10, "medium": 0.25})
"""The largest error that still deserves the word, as a share of what was sold; anything above is low."""
UNKNOWN = "unknown"
VERDICTS = ("level", "series", "model", "total_error", "baseline", "verdict")


def verdict(total_error: float | None) -> str:
    """The word for an error; ``unknown`` where there is none."""
    if total_error is None or pd.isna(total_error):
        return UNKNOWN
    return next((word for word, most in LINES.items() if total_error <= most), "low")


def verdicts(model_scores: pd.DataFrame, models: Mapping[str, str]) -> pd.DataFrame:
    """A row per level, and per series that was scored by itself, of the model in use (``models``, by level).

    level, series (missing for the level as a whole), model, total_error (mean over held-out periods), baseline (that
    of seasonal naive), verdict.
    """
    means = model_scores[(model_scores["fold"] == "mean") & (model_scores["metric"] == METRIC)]
    rows = []
    for name, part in means.groupby("level", sort=False, observed=True):
        level, _, series = str(name).partition("=")
        errors = dict(zip(part["model"], part["value"], strict=True))
        model = models.get(level, "")
        if model in errors:
            facts = (level, series or None, model, errors[model], errors.get(BASELINE), verdict(errors[model]))
            rows.append(facts)
    return pd.DataFrame(rows, columns=list(VERDICTS))
