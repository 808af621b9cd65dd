from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from insiders.lstm import Trained
from insiders.network import Settings
from insiders.training_report import write_training_report
from tests.insiders.forecast_run import small_run


def test_the_report_holds_what_was_learnt_judged_and_chosen(tmp_path: Path) -> None:
    """Data period, held-out periods, scores by level, model and fold, choice and networks are plain JSON."""
    run = small_run()
    curve = pd.DataFrame({"epoch": [1], "training": [0.5], "validation": [0.6]})
    network = Trained(Settings(seed=9), ("total",), (1.0,), {}, curve, 1, 1.5)
    path = write_training_report(
        tmp_path / "deep" / "report.json",
        calendar=run.calendar,
        folds=run.folds,
        model_scores=run.scores,
        choice=run.choice,
        insiders_total=run.total,
        trained=[network],
    )
    report = json.loads(path.read_text())
    assert report["data"]["last_day"] == "2024-06-30"
    assert [fold["first_day"] for fold in report["held_out"]] == [fold.name for fold in run.folds]
    assert {row["level"]: row["model"] for row in report["choice"]} == dict(
        zip(run.choice["level"], run.choice["model"], strict=True)
    )
    row = run.scores.iloc[0]
    assert report["scores"][row["level"]][row["model"]][row["fold"]][row["metric"]] == row["value"]
    assert report["insiders_total"]["mean"] == run.total.mean
    assert report["networks"][0]["settings"]["seed"] == 9
    assert report["networks"][0]["learning_curve"]["validation"] == [0.6]
