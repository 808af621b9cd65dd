"""The training report: what was learnt from which days, how it was judged, what was chosen; JSON beside the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from insiders.backtest import Fold
from insiders.intervals import Total
from insiders.lstm import Trained
from insiders.series import Calendar


def write_training_report(
    path: Path,
    *,
    calendar: Calendar,
    folds: Sequence[Fold],
    model_scores: pd.DataFrame,
    choice: pd.DataFrame,
    insiders_total: Total,
    trained: Sequence[Trained],
) -> Path:
    """Write the report: data period, held-out periods, scores by level, model and fold, choice, networks trained."""
    report = {
        "data": {
            "first_day": f"{calendar.open_days[0]:%Y-%m-%d}",
            "last_day": f"{calendar.open_days[-1]:%Y-%m-%d}",
            "open_days": len(calendar.open_days),
            "cut_day": None if calendar.cut_day is None else f"{calendar.cut_day:%Y-%m-%d}",
            "closed_weekdays": sorted(calendar.closed_weekdays),
        },
        "held_out": [{"first_day": fold.name, "open_days": len(fold.actual)} for fold in folds],
        "scores": _nested(model_scores),
        "choice": choice.to_dict(orient="records"),
        "insiders_total": asdict(insiders_total),
        "networks": [
            {
                "settings": asdict(network.settings),
                "epochs": network.epochs,
                "learning_curve": network.curve.to_dict(orient="list"),
            }
            for network in trained
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, allow_nan=False) + "\n")
    return path


def _nested(model_scores: pd.DataFrame) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Scores as level, model, fold, metric."""
    tree: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    columns = [model_scores[name] for name in ("level", "model", "fold", "metric", "value")]
    for level, model, fold, metric, value in zip(*columns, strict=True):
        tree.setdefault(level, {}).setdefault(model, {}).setdefault(fold, {})[metric] = float(value)
    return tree
