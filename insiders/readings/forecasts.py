"""Sentences that read the forecast's figures, computed from its tables, so that they are true for any data."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from insiders.backtest import BASELINE, Fold
from insiders.baselines import RECENT_WEEKS
from insiders.intervals import Total
from insiders.lstm import Trained
from insiders.series import Calendar
from insiders.wording import counted, decimal, listing, money, percent

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def calendar_reading(calendar: Calendar) -> str:
    """When the shop sells, and whether the last day of the data was left out."""
    days = calendar.open_days
    closed = listing([f"{WEEKDAYS[day]}s" for day in sorted(calendar.closed_weekdays)])
    weekly = f"It does not sell on {closed}." if closed else "It sells on every day of the week."
    cut = "The last day is whole as far as its hours tell."
    if calendar.cut_day is not None:
        cut = (
            f"**{calendar.cut_day:%Y-%m-%d} is left out**: its last purchase is an hour or more before any closing "
            "time of that weekday, so the day is not over in these data. The forecast begins with it."
        )
    return (
        f"The shop sold on {counted(len(days), 'day')} from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}. {weekly} "
        f"{cut} Closed days are in no series and in no error."
    )


def folds_reading(folds: Sequence[Fold], asked: int, share: float, horizon: int) -> str:
    """Which periods are held out, and whether the history allowed as many as were asked for."""
    fewer = f" {asked} were asked for; the history allows {len(folds)}." if len(folds) < asked else ""
    return (
        f"{counted(len(folds), 'period')} of {counted(horizon, 'calendar day')} are held out one after the other, from "
        f"{listing([fold.name for fold in folds])}.{fewer} At each of them the stand-in for the Insiders is the same "
        f"share of customers ({percent(share)} of those with two purchase days) by gross revenue before that day."
    )


def choice_reading(choice: pd.DataFrame) -> str:
    """One line per level on the chosen model, also where it does not beat the baseline."""
    return "\n".join(f"* {_choice_line(row)}" for _, row in choice.iterrows())


def lstm_reading(model_scores: pd.DataFrame) -> str:
    """Whether the LSTM beats every baseline by mean WAPE, level by level; the negative result too."""
    wape = model_scores.query("metric == 'wape' and fold == 'mean'").pivot(
        index="level", columns="model", values="value"
    )
    if "lstm" not in wape:
        return "The LSTM is not among the models of this run."
    rivals = wape.drop(columns="lstm")
    lines = [
        f"* **{level}**: {percent(own)}, {'below' if own < lowest else 'which does **not** beat'} "
        f"{rival} ({percent(lowest)})"
        for level, own, rival, lowest in zip(
            wape.index, wape["lstm"], rivals.idxmin(axis=1), rivals.min(axis=1), strict=True
        )
    ]
    return "\n".join(["Mean WAPE of the LSTM over all held-out periods, beside the best baseline:", "", *lines])


def bias_reading(model_scores: pd.DataFrame, choice: pd.DataFrame) -> str:
    """How far the chosen models are off in sum, and in which direction."""
    bias = model_scores.query("metric == 'bias' and fold == 'mean'").set_index(["level", "model"])["value"]
    lines = []
    for level, model in zip(choice["level"], choice["model"], strict=True):
        value = bias[level, model]
        lines.append(f"{level} {percent(abs(value))} too {'much' if value > 0 else 'little'} ({model})")
    return (
        f"In sum over the held-out periods the chosen models forecast: {listing(lines)}. WAPE does not see this: it "
        "rewards the middle of the days, which lies below their mean where few days sell a lot. Stock ordered by a "
        "forecast that is too low in sum runs out."
    )


def coverage_reading(measured: pd.DataFrame, choice: pd.DataFrame, coverage: float) -> str:
    """Measured beside nominal coverage of the chosen models' bounds."""
    mean = measured[measured["fold"] == "mean"].set_index(["level", "model"])["value"]
    parts = [
        f"{level} {percent(mean[level, model])}" for level, model in zip(choice["level"], choice["model"], strict=True)
    ]
    return (
        f"Bounds of nominally {percent(coverage, 0)}, made from the other periods' errors, held on: {listing(parts)} "
        "of the held-out days."
    )


def total_reading(total: Total, days: pd.DatetimeIndex, currency: str) -> str:
    """What the Insiders should bring, with bounds and what these rest on."""
    return (
        f"From {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d} ({counted(len(days), 'open day')}) the Insiders should bring "
        f"**{money(total.mean, currency)}**, between {money(total.lower, currency)} and "
        f"{money(total.upper, currency)} with a nominal coverage of {percent(total.coverage, 0)}. These bounds rest on "
        f"{counted(total.periods, 'held-out period')} only, so they are wide, and rough."
    )


def season_reading(total_revenue: pd.Series, days: pd.DatetimeIndex, currency: str) -> str:
    """What the same dates did a year earlier, from revenue by open day; says so where the history cannot tell."""
    past, recent = pd.DatetimeIndex(total_revenue.index), pd.Timedelta(weeks=RECENT_WEEKS)
    then, until = days[0] - pd.DateOffset(years=1), days[-1] - pd.DateOffset(years=1)
    before = total_revenue[(past >= then - recent) & (past < then)]
    same = total_revenue[(past >= then) & (past <= until)]
    if past[0] > then - recent or before.empty or same.empty:
        return (
            f"**No season is known**: the history begins on {past[0]:%Y-%m-%d}, less than a year and eight weeks "
            "before the days forecast. The models carry the recent level on; what the calendar does to these weeks "
            "(a rush before a holiday, a lull after it) is not in the forecast and not in the bounds."
        )
    now = total_revenue[past > past[-1] - recent].mean()
    return (
        f"A year earlier the same dates sold {percent(same.mean() / before.mean(), 0)} per open day of what the eight "
        f"weeks before them did ({counted(len(same), 'open day')}, all customers). The models carry the recent level "
        f"on (now {money(now, currency)} per open day) and do not use that figure: one year is one example."
    )


def training_reading(network: Trained) -> str:
    """Where the training stopped and how long it took."""
    losses = network.curve["validation"]
    took = "" if network.seconds is None else f", {decimal(network.seconds, 1)} s in all"
    return (
        f"The loss on the later days was lowest after {counted(network.epochs, 'pass', 'passes')} of {len(losses)} "
        f"({decimal(losses.min(), 3)}; {decimal(losses.iloc[0], 3)} after the first). The network that is kept was "
        f"trained for as many on all days{took}."
    )


def _choice_line(row: pd.Series) -> str:
    last = f"{percent(row['wape'])} on the last, untouched one"
    best = (
        "no model did better there"
        if row["best"] == row["model"]
        else f"lowest there was {row['best']} ({percent(row['best_wape'])}), which the choice could not know"
    )
    if row["model"] == BASELINE:
        return f"**{row['level']}**: no model beat {BASELINE} on the earlier periods, so it stays; WAPE {last}; {best}."
    against = "below" if row["beats_baseline"] else "**not below**"
    return (
        f"**{row['level']}**: {row['model']} had the lowest mean WAPE on the earlier periods "
        f"({percent(row['wape_before'])}); {last}, {against} {BASELINE} ({percent(row['baseline_wape'])}); {best}."
    )
