"""What the Insiders are expected to bring."""

from __future__ import annotations

import dataclasses

from insiders.answers import outlook
from insiders.answers.evidence import Evidence


def test_the_model_with_the_least_error_answers(run: Evidence) -> None:
    """Of the models that forecast, the one with the least held-out error is quoted, with the bounds of its sum."""
    answer = outlook.expected(run)
    figures = answer.figures
    assert (figures["model"], figures["expected_revenue"], figures["held_out_mae"]) == ("ets", 2_000.0, 90.0)
    assert (figures["lower"], figures["upper"], figures["held_out_periods"]) == (1_000.0, 4_000.0, 4)
    assert "between €1,000 and €4,000" in answer.sentence
    assert "wrong by €90 on average (36.0% of the revenue)" in answer.text
    assert "“LSTM”, was wrong by €110 a day" in answer.text


def test_without_a_mean_the_periods_are_averaged(run: Evidence) -> None:
    """Where the scores hold only single periods, their mean stands for the model."""
    single = run.scores[run.scores["fold"] != "mean"]
    assert outlook.held_out_errors(single).loc["lstm", "mae"] == 110.0


def test_without_scores_nothing_is_promised(run: Evidence) -> None:
    """A forecast that was never held against anything says so."""
    text = outlook.expected(dataclasses.replace(run, scores=run.scores.head(0))).text
    assert "No error on held-out weeks was recorded" in text


def test_without_a_forecast_no_figure_is_given(run: Evidence) -> None:
    """A run that made no forecast of the Insiders answers so, without a chart."""
    answer = outlook.expected(dataclasses.replace(run, forecasts=run.forecasts.head(0)))
    assert "no figure is given" in answer.sentence
    assert (answer.figures, answer.chart) == ({}, None)
