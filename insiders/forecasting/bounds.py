"""Bounds of forecasts from the errors of earlier origins, and what such bounds have held on held-out periods.

Conformal by horizon (`insiders.forecasting.conformal`) where there are errors enough; else, and said, by how wide all
errors of the model and level have spread (Student's t), which takes them for alike at every horizon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from insiders.errors import AnalysisError
from insiders.forecasting import conformal
from insiders.forecasting.conformal import COVERAGES

MEASURED = ("level", "model", "nominal", "covered", "width", "days", "fold")
FEWEST = 2
"""Errors without which there is no spread."""
BORROWED = 4
"""Periods of the level's mean error that a series' own few are taken together with."""


@dataclass(frozen=True)
class Bounded:
    """Forecasts with bounds."""

    rows: pd.DataFrame
    """Those of the forecasts, and lower_80, upper_80 and so on."""
    rough: tuple[int, ...]
    """Coverages, in percent, that have too few errors for a bound of each horizon, so that all were taken together."""


def coverages_of(nominal: float) -> list[int]:
    """80 and 95 % and the one asked for, in percent."""
    return sorted({*COVERAGES, round(100 * nominal)})


def with_bounds(
    forecasts: pd.DataFrame, earlier: pd.DataFrame, static: pd.DataFrame, coverages: Sequence[int] = COVERAGES
) -> Bounded:
    """Forecasts (unique_id, ds, cutoff, model, yhat) with bounds from ``earlier`` ones with what came (and y).

    ``static`` (unique_id, level) names the series of both. An `AnalysisError` where there are no two errors.
    """
    rows, rough = forecasts, []
    for percent in coverages:
        try:
            rows = conformal.with_bounds(rows, earlier, static, coverages=[percent])
        except AnalysisError:
            rows = _by_spread(rows, earlier, percent)
            rough.append(percent)
    return Bounded(rows, tuple(rough))


def measured_coverage(held: pd.DataFrame, static: pd.DataFrame, coverages: Sequence[int] = COVERAGES) -> pd.DataFrame:
    """What bounds made from earlier origins held at each later one: level, model, nominal, covered, width, days, fold.

    ``held`` are the held-out rows of the chosen model of each level. ``covered`` is a share of series and days,
    ``width`` one of what was sold, ``fold`` the cut-off. The first origin has none before it.
    """
    parts = []
    for cutoff in sorted(held["cutoff"].unique())[1:]:
        bounded = with_bounds(held[held["cutoff"] == cutoff], held[held["ds"] <= cutoff], static, coverages)
        parts.append(conformal.coverage(bounded.rows, static, coverages=coverages).assign(fold=cutoff))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(MEASURED))


def total_bounds(sums: pd.DataFrame, earlier: pd.DataFrame, coverages: Sequence[int] = COVERAGES) -> pd.DataFrame:
    """The sums of a horizon (unique_id, yhat) with bounds from those of earlier origins (unique_id, cutoff, y, yhat).

    Errors are logarithms of one piece (or one of the currency) more than came over one more than was said, divided by
    what is usual for their series (as `insiders.forecasting.conformal` does by day) and then one pool. A series has
    few periods, so its usual error is taken as if it had had `BORROWED` more, of the level's mean. Where the pool is
    too small to read a quantile off, errors are taken as normal around zero, with as many degrees of freedom as there
    are: few periods give wide bounds.
    """
    if len(earlier) < FEWEST:
        raise AnalysisError(f"bounds of a total need {FEWEST} held-out periods, there are {len(earlier)}")
    errors = (np.log1p(earlier["y"]) - np.log1p(earlier["yhat"])).abs()
    level = max(float(errors.mean()), conformal.SMALLEST)
    by = errors.groupby(earlier["unique_id"], observed=True)
    usual = (by.sum() + BORROWED * level) / (by.count() + BORROWED)
    scores = (errors / earlier["unique_id"].map(usual)).to_numpy(dtype="float64")
    own = sums["unique_id"].map(usual).fillna(level).to_numpy(dtype="float64")
    made = sums.copy()
    for percent in coverages:
        factor = np.exp(reach(scores, percent / 100) * own)
        made[f"lower_{percent}"] = ((1 + made["yhat"]) / factor - 1).clip(lower=0.0)
        made[f"upper_{percent}"] = (1 + made["yhat"]) * factor - 1
    return made


def totals_covered(earlier: pd.DataFrame, coverages: Sequence[int] = COVERAGES) -> pd.DataFrame:
    """What such bounds of totals, made from the origins before, held at each origin from the third on.

    nominal, covered (share of series and periods), totals (how many).
    """
    cutoffs = sorted(earlier["cutoff"].unique())
    parts = []
    for cutoff in cutoffs[FEWEST:]:
        now = earlier[earlier["cutoff"] == cutoff]
        parts.append(total_bounds(now, earlier[earlier["cutoff"] < cutoff], coverages))
    rows = pd.concat(parts) if parts else None
    found = [
        (percent / 100, float(rows["y"].between(rows[f"lower_{percent}"], rows[f"upper_{percent}"]).mean()), len(rows))
        for percent in coverages
        if rows is not None
    ]
    return pd.DataFrame(found, columns=["nominal", "covered", "totals"])


def totals_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Held-out rows added up over each period: unique_id, cutoff, y, yhat."""
    return rows.groupby(["unique_id", "cutoff"], sort=False, observed=True)[["y", "yhat"]].sum().reset_index()


def reach(errors: np.ndarray, nominal: float) -> float:
    """The absolute error that a new one exceeds with no more than one less the nominal probability."""
    rank = int(np.ceil((len(errors) + 1) * nominal - 1e-9))
    if rank <= len(errors):
        return float(np.partition(errors, rank - 1)[rank - 1])
    return float(t.ppf((1 + nominal) / 2, df=len(errors)) * np.sqrt((errors**2).mean()))


def _by_spread(rows: pd.DataFrame, earlier: pd.DataFrame, percent: int) -> pd.DataFrame:
    made = rows.assign(**{f"lower_{percent}": np.nan, f"upper_{percent}": np.nan})
    for model, part in rows.groupby("model", sort=False, observed=True):
        known = earlier[(earlier["model"] == model) & (earlier["ds"] <= part["cutoff"].min())]
        if len(known) < FEWEST:
            raise AnalysisError(f"bounds need errors of earlier origins, and {model} has {len(known)}: use more folds")
        ratio = float(((known["y"] - known["yhat"]) ** 2).mean() ** 0.5 / max(known["yhat"].mean(), 1e-6))
        size = part.groupby(["unique_id", "cutoff"], observed=True)["yhat"].transform("mean")
        width = float(t.ppf((1 + percent / 100) / 2, df=len(known))) * ratio * size
        made.loc[part.index, f"lower_{percent}"] = (part["yhat"] - width).clip(lower=0.0)
        made.loc[part.index, f"upper_{percent}"] = part["yhat"] + width
    return made
