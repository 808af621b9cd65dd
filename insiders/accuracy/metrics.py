"""How good forecasts were: every metric by name, with unit and source, on long tables of what was said and what came.

Held-out rows have ``unique_id``, ``ds``, ``cutoff`` (the last day known), ``model``, ``y`` (sold), ``yhat`` (forecast)
and, where there are, ``level`` and ``category``. One metric reads all rows of one level, model and cut-off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError

WEIGHT_DAYS = 28
"""Days of a series, the last before the cut-off, whose sales weigh it in WRMSSE: as M5 has it."""
GROUP = ["level", "model", "cutoff"]


@dataclass(frozen=True)
class Metric:
    """A measure of accuracy."""

    value: Callable[[pd.DataFrame], float]
    """From the rows of one level, model and cut-off."""
    unit: str
    """What a value of one means."""
    best: float
    """The value of a perfect forecast."""
    source: str
    """Who defined it, or what it is."""


def scales(
    history: pd.DataFrame, cutoffs: Iterable[pd.Timestamp], *, season_length: int = 1, weigh_by: str = "y"
) -> pd.DataFrame:
    """What the errors of a series are divided by, from days up to each cut-off only.

    From ``unique_id``, ``ds``, ``y`` (dense) to one row per series and cut-off: ``mase_scale`` (mean absolute change
    over ``season_length`` rows, in units of y), ``rmsse_scale`` (root of the mean squared change from row to row), both
    since the first sale, and ``weight``, the sum of ``weigh_by`` (M5: revenue) over the last 28 rows, not yet a share.
    A series that did not sell twice, or never changed, has no scale.
    """
    if missing := {"unique_id", "ds", "y", weigh_by} - set(history.columns):
        raise AnalysisError(f"the history has no column {', '.join(sorted(missing))}, by which errors are scaled")
    ordered = history.sort_values(["unique_id", "ds"], kind="stable")
    return pd.concat([_scales_at(ordered, cutoff, season_length, weigh_by) for cutoff in cutoffs], ignore_index=True)


def accuracy(
    held_out: pd.DataFrame, scale: pd.DataFrame | None = None, *, metrics: Iterable[str] | None = None
) -> pd.DataFrame:
    """Every metric for every level, model and cut-off: level, model, cutoff, metric, value, series.

    ``series`` counts those that the value rests on: without a scale none enters MASE, RMSSE or WRMSSE, which need the
    table of `scales`. A value that is not defined (nothing was sold) is missing. Levels default to one named ``all``.
    An `AnalysisError` names metrics that there are not, and rows without a forecast.
    """
    names = list(METRICS) if metrics is None else list(metrics)
    if unknown := [name for name in names if name not in METRICS]:
        raise AnalysisError(f"unknown metrics: {', '.join(unknown)}; there are {', '.join(METRICS)}")
    if empty := int(held_out[["y", "yhat"]].isna().any(axis=1).sum()):
        raise AnalysisError(f"{empty:,} of {len(held_out):,} held-out rows have no sale or no forecast to compare")
    if scale is None and (scaled := SCALED & set(names)) and metrics is not None:
        raise AnalysisError(f"{', '.join(sorted(scaled))} need the scales of the history before each cut-off")
    rows = held_out if "level" in held_out else held_out.assign(level="all")
    rows = rows if "category" in rows else rows.assign(category="all")
    if scale is None:
        names = [name for name in names if name not in SCALED]
    else:
        rows = rows.merge(scale, on=["unique_id", "cutoff"], how="left", validate="many_to_one")
    found = [
        (*key, name, METRICS[name].value(group), _series(group, name))
        for key, group in rows.groupby(GROUP, sort=False, observed=True)
        for name in names
    ]
    return pd.DataFrame(found, columns=[*GROUP, "metric", "value", "series"])


def mean_over_cutoffs(table: pd.DataFrame) -> pd.DataFrame:
    """Level, model, metric: ``value`` (mean over cut-offs), ``lowest``, ``highest``, ``cutoffs`` (how many)."""
    by = table.groupby(["level", "model", "metric"], sort=False, observed=True)["value"]
    return by.agg(value="mean", lowest="min", highest="max", cutoffs="count").reset_index()


def mean_over_levels(table: pd.DataFrame, name: str = "mean of levels") -> pd.DataFrame:
    """The table of `accuracy` with every level counting the same, as M5 takes WRMSSE over its twelve."""
    by = table.groupby(["model", "cutoff", "metric"], sort=False, observed=True)
    mean = by.agg(value=("value", "mean"), series=("series", "sum")).reset_index()
    return mean.assign(level=name)[list(table.columns)]


def series_rmsse(rows: pd.DataFrame) -> pd.DataFrame:
    """RMSSE and share of the weight by series (index ``unique_id``: rmsse, weight), those without a scale left out."""
    squared = rows.assign(squared=(rows["y"] - rows["yhat"]) ** 2).groupby("unique_id", observed=True)
    table = pd.DataFrame(
        {
            "rmsse": np.sqrt(squared["squared"].mean()) / squared["rmsse_scale"].first(),
            "weight": squared["weight"].first(),
        }
    ).dropna()
    total = table["weight"].sum()
    return table.assign(weight=table["weight"] / total if total > 0 else np.nan)


def _scales_at(ordered: pd.DataFrame, cutoff: pd.Timestamp, season_length: int, weigh_by: str) -> pd.DataFrame:
    known = ordered[ordered["ds"] <= cutoff]
    if known.empty:
        raise AnalysisError(f"there is no day up to the cut-off {cutoff:%Y-%m-%d} by which errors could be scaled")
    recent = known.groupby("unique_id", observed=True).tail(WEIGHT_DAYS)
    weight = recent.groupby("unique_id", observed=True)[weigh_by].sum()
    active = known[(known["y"] != 0).groupby(known["unique_id"], observed=True).cummax()]
    sold = active.groupby("unique_id", observed=True)["y"]
    seasonal = (active["y"] - sold.shift(season_length)).abs().groupby(active["unique_id"], observed=True).mean()
    squared = ((active["y"] - sold.shift(1)) ** 2).groupby(active["unique_id"], observed=True).mean()
    table = pd.DataFrame({"mase_scale": seasonal, "rmsse_scale": np.sqrt(squared)}).reindex(weight.index)
    table = table.where(table > 0).assign(weight=weight.astype("float64"), cutoff=cutoff)
    return table.rename_axis("unique_id").reset_index()


def _series(rows: pd.DataFrame, name: str) -> int:
    counted = rows.dropna(subset=["mase_scale" if name == "mase" else "rmsse_scale"]) if name in SCALED else rows
    return counted["unique_id"].nunique()


def _error(rows: pd.DataFrame) -> pd.Series:
    return rows["yhat"] - rows["y"]


def _share(error: float, rows: pd.DataFrame) -> float:
    sold = float(rows["y"].sum())
    return error / sold if sold > 0 else float("nan")


def _mae(rows: pd.DataFrame) -> float:
    return float(_error(rows).abs().mean())


def _rmse(rows: pd.DataFrame) -> float:
    return float(np.sqrt((_error(rows) ** 2).mean()))


def _wape(rows: pd.DataFrame) -> float:
    return _share(float(_error(rows).abs().sum()), rows)


def _bias(rows: pd.DataFrame) -> float:
    return _share(float(_error(rows).sum()), rows)


def _total_error(rows: pd.DataFrame) -> float:
    return _share(float(_error(rows).groupby(rows["unique_id"], observed=True).sum().abs().sum()), rows)


def _mase(rows: pd.DataFrame) -> float:
    by = rows.assign(error=_error(rows).abs()).groupby("unique_id", observed=True)
    return float((by["error"].mean() / by["mase_scale"].first()).mean())


def _rmsse(rows: pd.DataFrame) -> float:
    return float(series_rmsse(rows)["rmsse"].mean())


def _wrmsse(rows: pd.DataFrame) -> float:
    table = series_rmsse(rows)
    return float((table["rmsse"] * table["weight"]).sum(min_count=1))


def _psfa(rows: pd.DataFrame) -> float:
    larger = rows[["y", "yhat"]].max(axis=1)
    off = (_error(rows).abs() / larger).where(larger > 0, 0.0)
    day = [rows["category"], rows["ds"]]
    by_day = pd.DataFrame({"missed": off * rows["y"], "sold": rows["y"]}).groupby(day, observed=True).sum()
    # Where a category sold nothing all day, no product has a share of it, and nothing is taken off.
    missed = (by_day["missed"] / by_day["sold"]).where(by_day["sold"] > 0, 0.0)
    return float((1 - missed.groupby(level="category", observed=True).mean()).mean())


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "mae": Metric(_mae, "units of y per series and day", 0.0, "mean absolute error"),
        "rmse": Metric(_rmse, "units of y per series and day", 0.0, "root mean squared error"),
        "wape": Metric(_wape, "share of what was sold", 0.0, "sum of absolute errors over sum of y"),
        "mase": Metric(_mase, "in-sample errors of the naive forecast", 0.0, "Hyndman and Koehler 2006"),
        "rmsse": Metric(_rmsse, "in-sample errors of the naive forecast", 0.0, "M5: mean over series, none weighted"),
        "wrmsse": Metric(_wrmsse, "in-sample errors of the naive forecast", 0.0, "M5: Makridakis et al. 2022"),
        "psfa": Metric(_psfa, "share of sales met, 1 is all", 1.0, "pseudo sales forecast accuracy, LG Aimers 2023"),
        "bias": Metric(_bias, "share of what was sold; above 0 too much", 0.0, "sum of errors over sum of y"),
        "total_error": Metric(
            _total_error, "share of what was sold", 0.0, "absolute error of each series' total, summed, over sum of y"
        ),
    }
)
"""The metrics by name. PSFA is highest where a forecast is several times too high: read it beside bias and WAPE."""

SCALED = frozenset({"mase", "rmsse", "wrmsse"})
"""Metrics that need `scales`."""
