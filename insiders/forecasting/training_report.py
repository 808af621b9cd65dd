"""The training report: what was learnt from which days, how it was judged, what was chosen; JSON, and a page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

from insiders import boosting, pages
from insiders.forecasting.contest import Contest
from insiders.forecasting.outlook import Outlook
from insiders.pictures import caption, data_uri
from insiders.wording import decimal

_TEMPLATES = Environment(loader=PackageLoader("insiders"), autoescape=True, undefined=StrictUndefined)
SHOWN_FEATURES = 15


def training_report(outlook: Outlook, made: Contest) -> dict[str, Any]:
    """All facts, as JSON can hold them.

    Level, data and their digests, origins, scores by fold, choice, settings, trials, importance, learning curves, what
    bounds held, seconds.
    """
    followed, calendar = outlook.followed, outlook.followed.calendar
    champion = outlook.champion
    facts = {
        "level": followed.level,
        "granularity": followed.granularity,
        "unit": followed.unit,
        "followed": followed.reason or "yes",
        "data": {
            "first_day": f"{calendar.open_days[0]:%Y-%m-%d}",
            "last_day": f"{calendar.open_days[-1]:%Y-%m-%d}",
            "open_days": len(calendar.open_days),
            "cut_day": None if calendar.cut_day is None else f"{calendar.cut_day:%Y-%m-%d}",
            "closed_weekdays": sorted(calendar.closed_weekdays),
            "tables": {} if followed.training is None else dict(followed.training.tables),
        },
        "cutoffs": [f"{cutoff:%Y-%m-%d}" for cutoff in sorted(made.held.rows["cutoff"].unique())],
        "metric": made.metric,
        "scores": _nested(made.scores),
        "choice": json.loads(made.choice.to_json(orient="records")),
        "champion": made.said,
        "champion_and_challenger": json.loads(made.duel.to_json(orient="records")),
        "left_out": dict(made.held.left_out),
        "settings": {} if champion is None else {name: asdict(one) for name, one in champion.settings.items()},
        "trials": json.loads(made.trials.to_json(orient="records")),
        "importance": {name: table.to_dict(orient="list") for name, table in importances(outlook).items()},
        "learning_curves": {name: table.to_dict(orient="list") for name, table in learning_curves(outlook).items()},
        "coverage": json.loads(outlook.covered.drop(columns="fold").to_json(orient="records")),
        "seconds": {name: round(value, 3) for name, value in made.held.seconds.items()},
    }
    return {name: _finite(value) for name, value in facts.items()}


def importances(outlook: Outlook) -> dict[str, pd.DataFrame]:
    """By level that trees were grown for: feature, share of all that their splits gained."""
    trained = {} if outlook.champion is None else outlook.champion.trained.get("lightgbm", {})
    return {level: boosting.importance(learnt).head(SHOWN_FEATURES) for level, learnt in trained.items()}


def learning_curves(outlook: Outlook) -> dict[str, pd.DataFrame]:
    """By network and level: epoch, training, validation."""
    trained = {} if outlook.champion is None else outlook.champion.trained
    return {
        f"{name} {level}": learnt.curve
        for name, by_level in trained.items()
        for level, learnt in by_level.items()
        if hasattr(learnt, "curve")
    }


def write(folder: Path, facts: Mapping[str, Any], figures: Mapping[str, Figure]) -> list[Path]:
    """``training_report.json``, and ``training_report.html``: one page that needs no other file, all text escaped.

    Neither tells the seconds: they differ from run to run, and equal runs leave equal files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "training_report.json"
    told = {name: value for name, value in facts.items() if name != "seconds"}
    told["trials"] = [{name: value for name, value in trial.items() if name != "seconds"} for trial in facts["trials"]]
    path.write_text(json.dumps(told, indent=1, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8")
    return [path, pages.write(folder / "training_report.html", page(told, figures))]


def page(facts: Mapping[str, Any], figures: Mapping[str, Figure]) -> str:
    """The report as HTML."""
    tables = {
        "Errors, mean over the held-out periods": _means(facts),
        f"{facts['metric']} by held-out period": _by_fold(facts),
        "What was chosen": _table(facts["choice"]),
        "Champion and challenger": _table(facts["champion_and_challenger"]),
        "What the training was told": _table(
            [{"model": name, "setting": key, "value": value} for name, told in facts["settings"].items()
             for key, value in told.items()]
        ),
        "Trials of the search": _table(facts["trials"]),
        "Bounds: what they held on later periods": _table(facts["coverage"]),
        **{f"Importance, level {level}": _columns(rows)
           for level, rows in facts["importance"].items()},
    }  # fmt: skip
    pictures = [(name, data_uri(figure), caption(figure)) for name, figure in figures.items()]
    return _TEMPLATES.get_template("training.html").render(
        facts=facts, tables={name: rows for name, rows in tables.items() if rows[1]}, pictures=pictures
    )


def _columns(rows: Mapping[str, list[Any]]) -> tuple[list[str], list[list[str]]]:
    return list(rows), [[_cell(value) for value in line] for line in zip(*rows.values(), strict=True)]


def _nested(model_scores: pd.DataFrame) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Scores as level, model, fold, metric."""
    tree: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    columns = [model_scores[name] for name in ("level", "model", "fold", "metric", "value")]
    for level, model, fold, metric, value in zip(*columns, strict=True):
        tree.setdefault(level, {}).setdefault(model, {}).setdefault(fold, {})[metric] = float(value)
    return tree


def _means(facts: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    return _table(
        [
            {"level": level, "model": model, **folds["mean"]}
            for level, models in facts["scores"].items()
            for model, folds in models.items()
        ]
    )


def _by_fold(facts: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    metric = facts["metric"]
    return _table(
        [
            {"level": level, "model": model, **{fold: values.get(metric) for fold, values in folds.items()}}
            for level, models in facts["scores"].items()
            for model, folds in models.items()
        ]
    )


def _table(rows: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Headings and cells as text."""
    headings = list(dict.fromkeys(str(name) for row in rows for name in row))
    return headings, [[_cell(row.get(name)) for name in headings] for row in rows]


def _finite(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """The value with None for what is no number, which JSON cannot hold."""
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cell(value: object) -> str:
    return "" if value is None else decimal(value, 4) if isinstance(value, float) else str(value)
