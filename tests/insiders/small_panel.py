"""The forecast tables of a small panel: two stores, two categories and four products, one of them new."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from insiders import handoff
from insiders.verdicts import BASELINE

DAYS = pd.date_range("2023-01-02", periods=7 * 62)
AHEAD = pd.date_range(DAYS[-1] + pd.Timedelta(days=1), periods=14)
LEVELS = {
    "total": {"total": 70.0},
    "store": {"North": 40.0, "O'Neill": 30.0},
    "category": {"A": 55.0, "B": 15.0},
    "product": {"=A1": 30.0, "A2": 25.0, "B1": 14.0, "B2": 1.0},
}
"""Pieces a day that each series sells."""
GROWTH = {"North": 1.5, "O'Neill": 0.7, "A": 1.2, "B": 1.0, "=A1": 5.0, "A2": 0.5}
ERRORS = {"total": 0.05, "store": 0.12, "store=North": 0.04, "store=O'Neill": 0.3, "category": 0.08,
          "category=A": 0.05, "category=B": 0.2, "product": 0.2, "product==A1": 0.1, "product=A2": 0.7}  # fmt: skip
MODELS = {"total": "mean(weekday_means+theta)", "store": "ets", "category": "median", "product": "lightgbm"}
NEW = "B2"
OFF = 1.8
"""So many of its errors lie the bounds of a series' own sum from it."""


def write(folder: Path, *, levels: tuple[str, ...] = tuple(LEVELS), days: pd.DatetimeIndex = DAYS) -> Path:
    """Write all tables that the answers on a panel read."""
    source = {"name": "panel.parquet", "sha256": "0" * 64, "rows": 1000, "first_day": days[0], "last_day": days[-1],
              "currency": "pieces", "synthetic": False, "citation": None, "note": "a panel"}  # fmt: skip
    handoff.write(folder, "source", pd.DataFrame([source]))
    for level in levels:
        forecasts = pd.concat([_ahead(level, series, mean) for series, mean in LEVELS[level].items()])
        handoff.write(
            folder, "sales", pd.concat([_sold(level, *each, days) for each in LEVELS[level].items()]), part=level
        )
        handoff.write(folder, "forecasts", forecasts, part=level)
        handoff.write(folder, "totals", _total(level, float(forecasts["mean"].sum())), part=level)
        each = [_own(level, str(series), mean) for series, mean in forecasts.groupby("series")["mean"].sum().items()]
        handoff.write(folder, "series_totals", pd.DataFrame(each), part=level)
        handoff.write(folder, "model_scores", _scores(level), part=level)
    return folder


def _sold(level: str, series: str, mean: float, days: pd.DatetimeIndex) -> pd.DataFrame:
    wave = np.round(mean * (1 + 0.3 * np.sin(np.arange(len(days)))), 1)
    rows = pd.DataFrame({"level": level, "series": series, "date": days, "value": wave, "unit": "pieces"})
    return rows.tail(100) if series == NEW else rows


def _ahead(level: str, series: str, mean: float) -> pd.DataFrame:
    said = mean * GROWTH.get(series, 1.03) * (1 + 0.1 * np.cos(np.arange(len(AHEAD))))
    rows = pd.DataFrame({"level": level, "series": series, "date": AHEAD, "model": MODELS[level], "mean": said})
    return rows.assign(lower=rows["mean"] * 0.8, upper=rows["mean"] * 1.2, coverage=0.8)


def _total(level: str, mean: float) -> pd.DataFrame:
    facts = {"level": level, "model": MODELS[level], "first_day": AHEAD[0], "last_day": AHEAD[-1], "days": len(AHEAD)}
    bounds = {"unit": "pieces", "mean": mean, "lower": mean * 0.9, "upper": mean * 1.15, "coverage": 0.8, "periods": 6}
    return pd.DataFrame([{**facts, **bounds}])


def _own(level: str, series: str, mean: float) -> dict[str, object]:
    off = ERRORS.get(f"{level}={series}", ERRORS[level]) * OFF * mean
    return {
        "level": level, "series": series, "description": None, "model": MODELS[level], "first_day": AHEAD[0],
        "last_day": AHEAD[-1], "days": len(AHEAD), "unit": "pieces", "sold": mean, "mean": mean,
        "lower": max(mean - off, 0.0), "upper": mean + off, "coverage": 0.8, "upper_95": mean + 2 * off, "periods": 6,
        "kind": "smooth", "flags": "",
    }  # fmt: skip


def _scores(level: str) -> pd.DataFrame:
    rows = [
        (name, model, fold, "total_error", factor * times * error)
        for name, error in ERRORS.items()
        if name.partition("=")[0] == level
        for model, factor in ((MODELS[level], 1.0), (BASELINE, 1.6))
        for fold, times in (("mean", 1.0), ("2024-01-01", 0.7))
    ]
    return pd.DataFrame(rows, columns=["level", "model", "fold", "metric", "value"])
