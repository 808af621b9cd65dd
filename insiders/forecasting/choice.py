"""Which model forecasts: chosen on all held-out periods but the last, which only judges the choice."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from insiders.errors import AnalysisError
from insiders.forecasting.backtest import LOWER_IS_BETTER
from insiders.forecasting.models import BASELINE, BASELINES

CHOICE = ("level", "model", "before", "last", "baseline_before", "baseline_last", "best", "best_last", "beats_baseline")
REPLAY = ("fold", "model", "value", "best", "best_value", "baseline_value")


def choose(model_scores: pd.DataFrame, metric: str = "wape", *, only: Sequence[str] | None = None) -> pd.DataFrame:
    """The model of each level by its mean ``metric`` over all periods but the last.

    One row per level: level, model, before (its mean over the periods of the choice), last (on the untouched one),
    baseline_before and baseline_last (seasonal naive), best (lowest of all on the last), best_last, beats_baseline
    (before the last). Where no model beats seasonal naive, the best of the baselines is chosen. ``only`` are the models
    that may be chosen, all unless said.
    """
    if metric not in LOWER_IS_BETTER:
        raise AnalysisError(f"models are chosen by {', '.join(LOWER_IS_BETTER)}, not by {metric!r}")
    table = model_scores[(model_scores["metric"] == metric) & (model_scores["fold"] != "mean")]
    rows = [_choice(str(level), part, only) for level, part in table.groupby("level", sort=False)]
    return pd.DataFrame(rows, columns=list(CHOICE))


def replay(model_scores: pd.DataFrame, level: str, metric: str = "wape") -> pd.DataFrame:
    """The same choice made at every origin from those before it only, from the second on: what it would have brought.

    fold, model, value (its error there), best and best_value (in hindsight), baseline_value (seasonal naive).
    """
    wide = _wide(model_scores[(model_scores["metric"] == metric) & (model_scores["level"] == level)])
    rows = []
    for place in range(1, len(wide)):
        model, now = _best(wide.iloc[:place].mean()), wide.iloc[place]
        rows.append((wide.index[place], model, now[model], str(now.idxmin()), now.min(), now[BASELINE]))
    return pd.DataFrame(rows, columns=list(REPLAY))


def _choice(level: str, table: pd.DataFrame, only: Sequence[str] | None) -> tuple[object, ...]:
    wide = _wide(table)
    before, last = wide.iloc[:-1].mean(), wide.iloc[-1]
    allowed = before if only is None else before[[name for name in only if name in before]]
    model = _best(allowed) if only is None else str(allowed.idxmin())
    better = bool(before[model] < before[BASELINE])
    best = str(last.idxmin())
    return level, model, before[model], last[model], before[BASELINE], last[BASELINE], best, last[best], better


def _best(means: pd.Series) -> str:
    """The lowest, if it is below seasonal naive; else the lowest of the baselines."""
    name = str(means.idxmin())
    return name if means[name] < means[BASELINE] else str(means[[one for one in BASELINES if one in means]].idxmin())


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    """Fold x model, models with a value in every period only."""
    folds = table[table["fold"] != "mean"]
    return folds.pivot(index="fold", columns="model", values="value").sort_index().dropna(axis="columns")
