"""Bounds from errors that were made: split conformal prediction on the rolling origins, day by day and in sum.

Each error is divided by the size of its own forecast, the tails are read off separately since sales are skewed
(Romano, Patterson and Candès 2019, with the errors' signs), and the coverage that results is measured with
every held-out period in turn judged by the errors of the others.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from insiders.errors import AnalysisError
from insiders.handoff import TEXT

SMALLEST_SIZE = 0.25
"""A day counts as at least this share of its series' mean forecast: a forecast of zero may be wrong, too."""


@dataclass(frozen=True)
class Total:
    """What a level sells over a whole period, with bounds, in the level's unit."""

    mean: float
    lower: float
    upper: float
    coverage: float
    periods: int
    """Held-out periods that the bounds rest on."""

    def table(self, level: str, model: str, days: pd.DatetimeIndex) -> pd.DataFrame:
        """One row of the hand-off table ``totals``: the sum over the open ``days`` of a level by a model."""
        period = {"first_day": days[0], "last_day": days[-1], "days": len(days)}
        return pd.DataFrame([{"level": level, "model": model, **period, **dataclasses.asdict(self)}])


def with_bounds(means: pd.DataFrame, held_out: pd.DataFrame, coverage: float) -> pd.DataFrame:
    """The hand-off table ``forecasts`` from means (level, series, date, model, mean) and the held-out errors made.

    ``held_out`` has level, series, fold, model, actual, mean; errors of all series of a level and model are one pool.
    An `AnalysisError` says how many errors a coverage needs where there are fewer.
    """
    parts = []
    for (level, model), rows in means.groupby(["level", "model"], sort=False):
        errors = _scaled_errors(held_out[(held_out["level"] == level) & (held_out["model"] == model)])
        low, high = _tails(errors, coverage)
        size = _size(rows, ["series"])
        lower = (rows["mean"] + low * size).clip(lower=0.0)
        upper = (rows["mean"] + high * size).clip(lower=lower)
        parts.append(rows.assign(lower=lower, upper=upper, coverage=coverage))
    columns = ["level", "series", "date", "model", "mean", "lower", "upper", "coverage"]
    return pd.concat(parts, ignore_index=True)[columns]


def measured_coverage(held_out: pd.DataFrame, coverage: float) -> pd.DataFrame:
    """Share of held-out days inside bounds made from the other periods: level, model, fold (or mean), metric, value.

    The rows have the columns of the hand-off table ``model_scores``, metric ``coverage``.
    """
    rows = []
    for (level, model), errors in held_out.groupby(["level", "model"], sort=False):
        for fold in errors["fold"].unique():
            judged, others = errors[errors["fold"] == fold], errors[errors["fold"] != fold]
            bounded = with_bounds(judged[["level", "series", "date", "model", "mean"]], others, coverage)
            inside = judged["actual"].to_numpy()
            share = np.mean((inside >= bounded["lower"].to_numpy()) & (inside <= bounded["upper"].to_numpy()))
            rows.append({"level": level, "model": model, "fold": fold, "metric": "coverage", "value": float(share)})
    table = pd.DataFrame(rows)
    mean = table.groupby(["level", "model", "metric"], sort=False)["value"].mean().reset_index().assign(fold="mean")
    text = dict.fromkeys(["level", "model", "fold", "metric"], TEXT)
    return pd.concat([table, mean[table.columns]], ignore_index=True).astype(text)


def total(means: pd.DataFrame, held_out: pd.DataFrame, coverage: float) -> Total:
    """The sum of one level's forecasts, bounded by how far its sums were off in the held-out periods.

    The logarithm of actual over forecast is taken as normal around zero, its spread known from few periods only:
    Student's t with as many degrees of freedom as there are periods.
    """
    sums = held_out.groupby("fold")[["actual", "mean"]].sum()
    usable = sums[(sums > 0).all(axis=1)]
    if len(usable) < 2:
        raise AnalysisError(f"bounds of a total need two held-out periods with sales, there are {len(usable)}")
    spread = float(np.sqrt((np.log(usable["actual"] / usable["mean"]) ** 2).mean()))
    factor = math.exp(float(t.ppf((1 + coverage) / 2, df=len(usable))) * spread)
    expected = float(means["mean"].sum())
    return Total(expected, expected / factor, expected * factor, coverage, len(usable))


def _size(rows: pd.DataFrame, series: list[str]) -> pd.Series:
    typical = rows.groupby(series)["mean"].transform("mean")
    return rows["mean"].clip(lower=SMALLEST_SIZE * typical)


def _scaled_errors(held_out: pd.DataFrame) -> np.ndarray:
    size = _size(held_out, ["fold", "series"])
    return ((held_out["actual"] - held_out["mean"]) / size)[size > 0].to_numpy()


def _tails(errors: np.ndarray, coverage: float) -> tuple[float, float]:
    """The errors that leave half of the miss on either side, counted so that the coverage holds for a new day."""
    miss = (1 - coverage) / 2
    rank = math.floor((len(errors) + 1) * miss + 1e-9)
    if rank < 1:
        raise AnalysisError(
            f"bounds with a coverage of {coverage:.0%} need {math.ceil(1 / miss - 1e-9) - 1} held-out days of a level, "
            f"there are {len(errors)}: use more folds, a longer horizon or a lower coverage"
        )
    ordered = np.sort(errors)
    return float(ordered[rank - 1]), float(ordered[-rank])
