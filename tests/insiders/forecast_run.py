"""One small forecast from transactions to bounds, made once for the tests that look at what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd

from insiders import backtest, intervals
from insiders.baselines import BASELINES
from insiders.series import Calendar, daily_series, expected_open_days, panel, sale_calendar
from tests.insiders.weekly_shop import sales

COVERAGE = 0.8


@dataclass(frozen=True)
class Run:
    """The tables of a forecast, as the notebook has them."""

    calendar: Calendar
    days: pd.DatetimeIndex
    folds: list[backtest.Fold]
    held_out: pd.DataFrame
    scores: pd.DataFrame
    measured: pd.DataFrame
    choice: pd.DataFrame
    history: pd.DataFrame
    forecasts: pd.DataFrame
    total: intervals.Total


@cache
def small_run() -> Run:
    """Half a year of the weekly shop with noise, four weeks ahead, two held-out periods, plain baselines."""
    rows = sales("2024-01-01", "2024-06-30", noise=0.4)
    calendar = sale_calendar(rows)
    days = expected_open_days(calendar, 28)
    models = {name: BASELINES[name] for name in ("seasonal_naive", "weekday_means")}
    firsts = backtest.origins(calendar, horizon=28, folds=2)
    folds = [backtest.hold_out(rows, calendar, first, horizon=28, share=0.34, products=2) for first in firsts]
    held_out = backtest.held_out_forecasts(folds, models)
    scores = backtest.scores(held_out)
    choice = backtest.choose(scores)
    history = panel(daily_series(rows, calendar.open_days, insiders={"big"}, products=["A", "B"]))
    forecasts = intervals.with_bounds(backtest.final_means(history, days, models, choice), held_out, COVERAGE)
    chosen = choice.set_index("level")["model"]["insiders"]
    same = held_out[(held_out["level"] == "insiders") & (held_out["model"] == chosen)]
    total = intervals.total(forecasts[forecasts["level"] == "insiders"], same, COVERAGE)
    measured = intervals.measured_coverage(held_out, COVERAGE)
    return Run(calendar, days, folds, held_out, scores, measured, choice, history, forecasts, total)
