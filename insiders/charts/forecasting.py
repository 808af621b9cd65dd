"""Figures of the forecast notebook: errors beside the baselines, learning, and what is to come with its bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from insiders.charts import style
from insiders.series import WEEK
from insiders.wording import percent

MODEL_NAMES: Mapping[str, str] = {
    "seasonal_naive": "seasonal naive",
    "moving_average": "moving average",
    "weekday_means": "weekday means",
    "ets": "ETS",
    "lstm": "LSTM",
}
"""Models as a figure writes them; others are written by their own name."""

LEVEL_NAMES: Mapping[str, str] = {"insiders": "the Insiders", "total": "all customers", "product": "products"}


@dataclass(frozen=True)
class Unit:
    """How a figure writes the amounts of a level."""

    label: str
    ticks: FuncFormatter


def revenue_unit(currency: str) -> Unit:
    """Revenue of one day, in the shop's currency."""
    return Unit(f"gross revenue per day ({currency})", style.money(currency))


def pieces_unit() -> Unit:
    """Pieces sold on one day."""
    return Unit("pieces per day", style.thousands())


def error_by_model(model_scores: pd.DataFrame, choice: pd.DataFrame) -> Figure:
    """WAPE of every model and level: a bar for the mean over the held-out periods, a point for each of them."""
    wape = model_scores[model_scores["metric"] == "wape"]
    levels, models = list(choice["level"]), list(dict.fromkeys(wape["model"]))
    figure = Figure(figsize=(style.WIDE[0], 1.3 + 0.42 * len(models)))
    for axes, level in zip(_row(figure, len(levels)), levels, strict=True):
        chosen = choice.loc[choice["level"] == level, "model"].iloc[0]
        _bars(axes, wape[wape["level"] == level], models, chosen)
        axes.set(title=LEVEL_NAMES.get(level, level), xlabel="WAPE (share of what was sold)")
    figure.axes[0].set_yticks(range(len(models)), [MODEL_NAMES.get(model, model) for model in models])
    figure.axes[0].invert_yaxis()
    return figure


def error_by_week(held_out: pd.DataFrame) -> Figure:
    """WAPE by week ahead, one line per model, one panel per level: how the error grows with distance."""
    weeks = held_out.assign(week=(held_out["day"] - 1) // WEEK + 1, error=(held_out["actual"] - held_out["mean"]).abs())
    sums = weeks.groupby(["level", "model", "week"], sort=False)[["error", "actual"]].sum()
    wape = (sums["error"] / sums["actual"].where(sums["actual"] > 0)).unstack("week")
    levels, models = list(wape.index.unique("level")), list(wape.index.unique("model"))
    figure = Figure(figsize=style.WIDE)
    for axes, level in zip(_row(figure, len(levels)), levels, strict=True):
        for model, colour in zip(models, style.colours(len(models)), strict=True):
            line = wape.loc[(level, model)].sort_index()
            axes.plot(line.index, line, marker="o", color=colour, label=MODEL_NAMES.get(model, model))
        axes.set(title=LEVEL_NAMES.get(level, level), xlabel="week ahead")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(style.percent())
    figure.axes[0].set(ylabel="WAPE (share of what was sold)", ylim=(0, None))
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(models))
    return figure


def held_out_days(held_out: pd.DataFrame, level: str, models: Sequence[str], unit: Unit) -> Figure:
    """A level's single series day by day over the held-out periods, with what the models said before each began."""
    rows = held_out[held_out["level"] == level]
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    actual = rows.drop_duplicates("date").set_index("date")["actual"].sort_index()
    axes.plot(actual.index, actual, color=style.OTHERS, linewidth=1.2, label="sold")
    for model, colour in zip(dict.fromkeys(models), (style.INSIDERS, style.ACCENT), strict=False):
        for number, (_, fold) in enumerate(rows[rows["model"] == model].groupby("fold")):
            label = MODEL_NAMES.get(model, model) if number == 0 else None
            axes.plot(fold["date"], fold["mean"], color=colour, linewidth=1.4, label=label)
    for first in rows.groupby("fold")["date"].min():
        axes.axvline(first, color=style.INK, linewidth=0.8, linestyle=":")
    _in_unit(axes, unit)
    axes.set_title(f"Held-out days of {LEVEL_NAMES.get(level, level)}: each dotted line is an origin")
    axes.legend(ncols=3)
    return figure


def history_and_forecast(
    history: pd.Series, forecasts: pd.DataFrame, title: str, unit: Unit, weeks: int = 16
) -> Figure:
    """The last weeks of one series, then its forecast with bounds."""
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    _continued(axes, history, forecasts, weeks)
    _in_unit(axes, unit)
    axes.set_title(title)
    axes.legend(loc="upper left", ncols=3)
    return figure


def products(history: pd.DataFrame, forecasts: pd.DataFrame, names: Mapping[str, str], most: int = 12) -> Figure:
    """Small multiples of the first products of ``history`` (one column each): eight weeks of pieces, then forecast."""
    shown = list(history.columns[:most])
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    figure = Figure(figsize=style.panels(rows, 2.3))
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, product in zip(grid.flat, shown, strict=False):
        _continued(axes, history[product], forecasts[forecasts["series"] == product], weeks=8)
        _in_unit(axes, pieces_unit(), year=False)
        axes.set_ylabel("")
        axes.set_title(shorten(f"{product} {names.get(product, '')}", 34, placeholder=" …"), fontsize=9)
        axes.tick_params(labelsize=8)
    for axes in grid.flat[len(shown) :]:
        axes.set_axis_off()
    figure.supylabel(pieces_unit().label, fontsize=10)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def learning_curve(curve: pd.DataFrame, loss: str) -> Figure:
    """Loss by pass over the windows, on the days learnt from and on the later ones that decide when to stop."""
    figure = Figure(figsize=(7.0, 3.6))
    axes = figure.subplots()
    best = curve.loc[curve["validation"].idxmin()]
    axes.plot(curve["epoch"], curve["training"], color=style.OTHERS, marker=".", label="days learnt from")
    axes.plot(curve["epoch"], curve["validation"], color=style.ACCENT, marker=".", label="later days")
    axes.plot(best["epoch"], best["validation"], "o", color=style.INSIDERS, markersize=9, label="kept")
    axes.set(xlabel="pass over the windows", ylabel=f"{loss} loss (series divided by its mean)", ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title("Training stops where later days no longer gain")
    axes.legend()
    return figure


def _row(figure: Figure, panels: int) -> np.ndarray:
    return np.atleast_1d(figure.subplots(1, panels, sharey=True))


def _bars(axes: Axes, wape: pd.DataFrame, models: list[str], chosen: str) -> None:
    means = wape[wape["fold"] == "mean"].set_index("model")["value"].reindex(models)
    folds = wape[wape["fold"] != "mean"]
    colours = [style.INSIDERS if model == chosen else style.OTHERS for model in models]
    axes.barh(range(len(models)), means, color=colours, height=0.65)
    for place, value in enumerate(means):
        axes.annotate(percent(value), (0, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.plot(folds["value"], [models.index(model) for model in folds["model"]], "|", color=style.INK, markersize=9)
    axes.xaxis.set_major_formatter(style.percent())
    axes.grid(visible=False, axis="y")


def _continued(axes: Axes, history: pd.Series, forecasts: pd.DataFrame, weeks: int) -> None:
    recent = history[history.index > history.index[-1] - pd.Timedelta(weeks=weeks)]
    coverage = forecasts["coverage"].iloc[0]
    ahead = _with_breaks(forecasts.set_index("date")[["mean", "lower", "upper"]])
    axes.plot(recent.index, recent, color=style.OTHERS, linewidth=1.2, label="sold")
    axes.plot(ahead.index, ahead["mean"], color=style.INSIDERS, label="forecast")
    axes.fill_between(
        ahead.index,
        ahead["lower"],
        ahead["upper"],
        color=style.INSIDERS,
        alpha=0.2,
        linewidth=0,
        label=f"bounds for {percent(coverage, 0)} of days",
    )
    axes.set_ylim(bottom=0)


def _with_breaks(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with an empty one in every gap of more than three days, so that no line crosses closed weeks."""
    days = pd.DatetimeIndex(rows.index)
    ends = days[:-1][np.diff(days) > np.timedelta64(3, "D")]
    return rows.reindex(days.union(ends + pd.Timedelta(days=1)))


def _in_unit(axes: Axes, unit: Unit, *, year: bool = True) -> None:
    axes.set_ylabel(unit.label)
    axes.yaxis.set_major_formatter(unit.ticks)
    dates = AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(dates)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(dates, show_offset=year))
