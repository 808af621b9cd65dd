"""Which model forecasts: chosen on all held-out periods but the last, which only judges the choice.

The lowest mean error wins, at every level. To take the simplest model that none surely beats (the one-standard-error
rule of Breiman et al. 1984, or paired t intervals) was tried at every origin of both Online Retail files and of the
store panel: with so few periods little is sure, and what was chosen erred more on the next one. How sure the lead on
the plain models is stands beside the choice instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from scipy.stats import t

from insiders.errors import AnalysisError
from insiders.forecasting.backtest import LOWER_IS_BETTER
from insiders.forecasting.models import BASELINE, BASELINES

CHOICE = (
    *("level", "model", "before", "last", "baseline_before", "baseline_last", "best", "best_last", "beats_baseline"),
    *("plain", "lead", "lead_low", "lead_high", "periods"),
)
REPLAY = ("fold", "model", "value", "best", "best_value", "baseline_value")


def choose(model_scores: pd.DataFrame, metric: str = "wape", *, only: Sequence[str] | None = None) -> pd.DataFrame:
    """The model of each level by its mean ``metric`` over all periods but the last.

    One row per level: level, model, before (its mean over the periods of the choice), last (on the untouched one),
    baseline_before and baseline_last (seasonal naive), best (lowest of all on the last), best_last, beats_baseline
    (before the last). Where no model beats seasonal naive, that one is chosen. Beside it: plain (the lowest of the
    `BASELINES` before the last), lead (the model's mean less plain's: below 0 is better), lead_low and lead_high (its
    95 % t interval, paired by period, which does not allow for the model having been picked; missing of fewer than two)
    and periods (how many chose). ``only`` are the models that may be chosen, all unless said.
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
    plain = str(before[[name for name in BASELINES if name in before]].idxmin())
    lead = (wide[model] - wide[plain]).iloc[:-1]
    far = float(t.ppf(0.975, len(lead) - 1)) * lead.std() / math.sqrt(len(lead)) if len(lead) > 1 else math.nan
    beside = before[model], last[model], before[BASELINE], last[BASELINE], best, last[best], better
    return level, model, *beside, plain, lead.mean(), lead.mean() - far, lead.mean() + far, len(lead)


def _best(means: pd.Series) -> str:
    """The lowest, if it is below seasonal naive."""
    name = str(means.idxmin())
    return name if means[name] < means[BASELINE] else BASELINE


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    """Fold x model, models with a value in every period only."""
    folds = table[table["fold"] != "mean"]
    return folds.pivot(index="fold", columns="model", values="value").sort_index().dropna(axis="columns")
