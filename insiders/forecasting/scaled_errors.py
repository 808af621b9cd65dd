"""Bounds of a series that nobody has held out: the errors of a level, in units of how hard each series is to forecast.

Errors made at held-out origins are divided by what is usual for their series, as in `insiders.forecasting.conformal`.
What is usual for a series without errors of its own is told by how far seasonal naive would have been off on the same
days, times what the model's error was beside it on the level: a series of single pieces has other errors than a sum of
thousands, and the plainest forecast knows. Where what it sells would give more, in proportion to the level, that
counts (`benchmarks/live.md`). A sum of days is bounded by the sums of errors over as many days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.forecasting.bounds import reach
from insiders.forecasting.conformal import COVERAGES, ENOUGH, NEIGHBOURS, SMALLEST, horizons
from insiders.forecasting.models import BASELINE


@dataclass(frozen=True)
class ScaledErrors:
    """What is to be expected of a model's errors on one series."""

    paths: np.ndarray
    """Series and origin x step: errors in units of what is usual for their series, NaN where there is no such day."""
    usual: float
    """The mean absolute error of a day of the series, in its unit."""

    @property
    def steps(self) -> int:
        """Days ahead of which there are errors."""
        return int(self.paths.shape[1])

    def bounded(self, said: float, first: int, last: int) -> dict[str, float]:
        """The sum of the days from step ``first`` to ``last``, from 1: yhat, lower_80, upper_80 and so on.

        Beyond the steps there are errors of, the last ones stand in; a longer sum errs as if all went wrong alike.
        """
        length = min(last - first + 1, self.steps)
        top = self.steps - length + 1
        centre = max(min(first, top - NEIGHBOURS), 1 + NEIGHBOURS)
        near = range(max(centre - NEIGHBOURS, 1), min(centre + NEIGHBOURS, top) + 1)
        sums = np.concatenate([self.paths[:, begin - 1 : begin - 1 + length].sum(axis=1) for begin in near])
        sums = np.abs(sums[np.isfinite(sums)]) * self.usual * (last - first + 1) / length
        table = {"yhat": said}
        for percent in COVERAGES:
            wide = reach(sums, percent / 100)
            table |= {f"lower_{percent}": max(said - wide, 0.0), f"upper_{percent}": said + wide}
        return table


def of_series(
    made: pd.DataFrame, own: pd.DataFrame, level: pd.DataFrame | None = None, naive: pd.DataFrame | None = None,
    mean: float = 0.0,
) -> ScaledErrors:  # fmt: skip
    """The errors to expect of a model on a series, from the rows that it ``made`` of held-out days of a level.

    ``own`` are its rows of that very series. Where these are too few, what is usual comes from ``naive``, seasonal
    naive's rows of the series, beside all rows of the ``level``, or from the ``mean`` sold a day, whichever is more.
    """
    error = (made["y"] - made["yhat"]).abs()
    usual = error.groupby(made["unique_id"], observed=True).transform("mean").clip(lower=SMALLEST)
    scaled = made.assign(error=(made["y"] - made["yhat"]) / usual, step=horizons(made))
    paths = scaled.pivot(index=["unique_id", "cutoff"], columns="step", values="error")
    if len(own) >= ENOUGH:
        return ScaledErrors(paths.to_numpy(), max(float((own["y"] - own["yhat"]).abs().mean()), SMALLEST))
    told = float(error.sum()) / max(float(made["y"].sum()), SMALLEST) * mean
    if level is not None and naive is not None and len(naive):
        plain = level[level["model"] == BASELINE]
        beside = float(error.sum()) / max(float((plain["y"] - plain["yhat"]).abs().sum()), SMALLEST)
        told = max(told, beside * float((naive["y"] - naive["yhat"]).abs().mean()))
    return ScaledErrors(paths.to_numpy(), max(told, SMALLEST))


def total_error(rows: pd.DataFrame) -> float | None:
    """The mean over held-out periods of how far the sums of series were off, as a share of what they sold.

    From unique_id, cutoff, y, yhat; None where nothing was sold (`insiders.accuracy` has the same by level).
    """
    sums = rows.groupby(["unique_id", "cutoff"], observed=True)[["y", "yhat"]].sum()
    off = (sums["yhat"] - sums["y"]).abs().groupby(level="cutoff").sum()
    sold = sums["y"].groupby(level="cutoff").sum()
    shares = (off / sold)[sold > 0]
    return float(shares.mean()) if len(shares) else None
