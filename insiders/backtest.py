"""Errors on weeks held out: rolling origins, and the choice of a model on all of them but the last, which judges it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.baselines import Forecaster
from insiders.errors import AnalysisError
from insiders.handoff import TEXT
from insiders.series import Calendar, daily_series, insiders_at, panel, products_at

BASELINE = "seasonal_naive"
"""The model that a chosen one has to beat."""

MIN_OPEN_DAYS = 80
"""Open days that the first origin has to know: eight weeks to average and about as many to see them change."""


@dataclass(frozen=True)
class Fold:
    """One origin: what was known, and what came."""

    first: pd.Timestamp
    """First day held out; everything before it is known."""
    history: pd.DataFrame
    """Panel of the open days before ``first``."""
    actual: pd.DataFrame
    """Panel of the open days held out, the same series."""

    @property
    def name(self) -> str:
        """The first day held out, as an ISO date."""
        return f"{self.first:%Y-%m-%d}"


def origins(calendar: Calendar, *, horizon: int, folds: int, open_days: int = MIN_OPEN_DAYS) -> list[pd.Timestamp]:
    """The first days of ``folds`` adjoining held-out periods of ``horizon`` calendar days that end with the data.

    Each knows at least ``open_days`` before it, so a short history gives fewer; an `AnalysisError` where not even two
    fit, since one must stay untouched by the choice.
    """
    end = calendar.open_days[-1] + pd.Timedelta(days=1)
    asked = [end - pd.Timedelta(days=horizon * back) for back in range(folds, 0, -1)]
    possible = [first for first in asked if (calendar.open_days < first).sum() >= open_days]
    if len(possible) < 2:
        known = int((calendar.open_days < end - pd.Timedelta(days=2 * horizon)).sum())
        raise AnalysisError(
            f"a choice among models needs two held-out periods of {horizon} days and {open_days} open days before "
            f"them, where these data have {known}: give more history, a shorter horizon or models that need less"
        )
    return possible


def hold_out(
    transactions: pd.DataFrame, calendar: Calendar, first: pd.Timestamp, *, horizon: int, share: float, products: int
) -> Fold:
    """The fold that starts at ``first``, its customers and products chosen from what was known before that day.

    A group chosen with later sales would be flattered: who is at the top by then has, by selection, just bought.
    """
    series = daily_series(
        transactions,
        calendar.open_days,
        insiders=insiders_at(transactions, first, share),
        products=products_at(transactions, first, products),
    )
    days = panel(series)
    known, held_out = days.index < first, (days.index >= first) & (days.index < first + pd.Timedelta(days=horizon))
    if not held_out.any():
        raise AnalysisError(f"the shop was closed on all {horizon} days from {first:%Y-%m-%d}: nothing to measure")
    return Fold(first, days[known], days[held_out])


def pick(available: Mapping[str, Forecaster], names: list[str]) -> dict[str, Forecaster]:
    """The models of those names, the baseline always among them; an `AnalysisError` names the unknown ones."""
    unknown = [name for name in names if name not in available]
    if unknown:
        raise AnalysisError(f"unknown models: {', '.join(unknown)}; there are {', '.join(available)}")
    return {name: available[name] for name in dict.fromkeys([BASELINE, *names])}


def held_out_forecasts(folds: Iterable[Fold], models: Mapping[str, Forecaster]) -> pd.DataFrame:
    """Every model at every origin: level, series, date, model, fold, day (1 is the first), actual, mean, usual_error.

    Days are the shop's open days, known to it beforehand. ``usual_error`` is the series' mean absolute error of the
    seasonal naive forecast over its history, by which MASE is scaled.
    """
    rows = [_long(fold, name, model) for fold in folds for name, model in models.items()]
    return pd.concat(rows, ignore_index=True).astype(dict.fromkeys(["level", "series", "model", "fold"], TEXT))


def scores(forecasts: pd.DataFrame) -> pd.DataFrame:
    """The hand-off table ``model_scores``: level, model, fold (or mean), metric, value.

    mae and rmse are in the level's unit, wape and total_error shares of what was sold (of absolute errors by day, and
    by series over the whole period), bias the share by which too much was forecast (negative: too little), mase the
    mean over series of mae by usual error. An `AnalysisError` names a period in which a level sold nothing.
    """
    by_fold = [
        {"level": level, "model": model, "fold": fold, "metric": metric, "value": value}
        for (level, model, fold), rows in forecasts.groupby(["level", "model", "fold"], sort=False)
        for metric, value in _metrics(rows).items()
    ]
    table = pd.DataFrame(by_fold).dropna()
    mean = table.groupby(["level", "model", "metric"], sort=False)["value"].mean().reset_index().assign(fold="mean")
    text = dict.fromkeys(["level", "model", "fold", "metric"], TEXT)
    return pd.concat([table, mean[table.columns]], ignore_index=True).astype(text)


def final_means(
    history: pd.DataFrame, days: pd.DatetimeIndex, models: Mapping[str, Forecaster], choice: pd.DataFrame
) -> pd.DataFrame:
    """Each level's series forecast by the level's chosen model: level, series, date, model, mean."""
    made = {name: models[name](history, days) for name in choice["model"].unique()}
    parts = [
        made[name][[level]].melt(ignore_index=False, value_name="mean").rename_axis(index="date").assign(model=name)
        for level, name in zip(choice["level"], choice["model"], strict=True)
    ]
    table = pd.concat(parts).reset_index()[["level", "series", "date", "model", "mean"]]
    return table.astype(dict.fromkeys(["level", "series", "model"], TEXT))


def choose(model_scores: pd.DataFrame) -> pd.DataFrame:
    """The model of each level, by mean WAPE over all folds but the last; the last one only judges it.

    One row per level: level, model, wape_before (mean over the folds of the choice), wape (last fold),
    baseline_wape (seasonal naive, last fold), best (lowest WAPE of all on the last fold), best_wape, beats_baseline.
    """
    wape = model_scores.query("metric == 'wape' and fold != 'mean'")
    last = wape["fold"].max()
    before = wape[wape["fold"] < last].groupby(["level", "model"], sort=False)["value"].mean()
    final = wape[wape["fold"] == last].set_index(["level", "model"])["value"]
    return pd.DataFrame([_choice(level, before, final) for level in wape["level"].unique()])


def _long(fold: Fold, name: str, model: Forecaster) -> pd.DataFrame:
    days = pd.DatetimeIndex(fold.actual.index)
    mean = model(fold.history, days)
    weekday = pd.DatetimeIndex(fold.history.index).dayofweek.to_numpy()
    usual = fold.history.groupby(weekday).diff().abs().mean()
    columns = fold.actual.columns
    return pd.DataFrame(
        {
            "level": np.tile(columns.get_level_values("level"), len(days)),
            "series": np.tile(columns.get_level_values("series"), len(days)),
            "date": np.repeat(days.to_numpy(), len(columns)),
            "model": name,
            "fold": fold.name,
            "day": np.repeat((days - fold.first).days.to_numpy() + 1, len(columns)),
            "actual": fold.actual.to_numpy().reshape(-1),
            "mean": mean[columns].to_numpy().reshape(-1),
            "usual_error": np.tile(usual[columns].to_numpy(), len(days)),
        }
    )


def _metrics(rows: pd.DataFrame) -> dict[str, float]:
    error = rows["mean"] - rows["actual"]
    absolute, sold = error.abs(), float(rows["actual"].sum())
    if sold <= 0:
        level, fold = rows["level"].iloc[0], rows["fold"].iloc[0]
        raise AnalysisError(f"the level {level!r} sold nothing in the held-out period from {fold}: no share to report")
    by_series = rows.assign(error=error, absolute=absolute).groupby("series")
    usual = by_series["usual_error"].first()
    return {
        "mae": float(absolute.mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "wape": float(absolute.sum() / sold),
        "mase": float((by_series["absolute"].mean() / usual.where(usual > 0)).mean()),
        "bias": float(error.sum() / sold),
        "total_error": float(by_series["error"].sum().abs().sum() / sold),
    }


def _choice(level: str, before: pd.Series, final: pd.Series) -> dict[str, object]:
    tried, last = before.xs(level, level="level"), final.xs(level, level="level")
    model, best = str(tried.idxmin()), str(last.idxmin())
    return {
        "level": level,
        "model": model,
        "wape_before": tried[model],
        "wape": last[model],
        "baseline_wape": last[BASELINE],
        "best": best,
        "best_wape": last[best],
        "beats_baseline": bool(last[model] < last[BASELINE]),
    }
