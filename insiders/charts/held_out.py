"""Figures of held-out periods: errors beside the baselines, what was said beforehand, what the errors still hold."""

from __future__ import annotations

from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from insiders.charts import style
from insiders.charts.series_axes import WEEKDAYS, amount_of, in_unit, level_of, nothing
from insiders.forecasting.contest import Contest
from insiders.forecasting.followed import Followed
from insiders.forecasting.models import BASELINE
from insiders.model_names import in_words
from insiders.wording import percent

MOST_LINES = 6


def error_by_model(made: Contest) -> Figure:
    """The chosen metric of every model: a bar for the mean over the held-out periods, a tick for each of them."""
    table = made.scores[(made.scores["metric"] == made.metric) & (made.scores["level"] == made.level)]
    if table.empty:
        return nothing(made.said)
    means = table[table["fold"] == "mean"].set_index("model")["value"].sort_values()
    folds = table[table["fold"] != "mean"]
    models = list(means.index)
    figure = Figure(figsize=(style.WIDE[0], 1.4 + 0.36 * len(models)))
    axes = figure.subplots()
    colours = [style.INSIDERS if model == made.model else style.OTHERS for model in models]
    axes.barh(range(len(models)), means, color=colours, height=0.65)
    for place, value in enumerate(means):
        said = percent(value) if _is_share(made.metric) else f"{value:,.3g}"
        axes.annotate(said, (0, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.plot(folds["value"], [models.index(model) for model in folds["model"]], "|", color=style.INK, markersize=9)
    axes.set_yticks(range(len(models)), [in_words(model) for model in models])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f"{made.metric.upper()} ({_unit_of(made.metric)})")
    axes.set_title(f"Held-out errors, {level_of(made.level)}")
    _shares(axes, made.metric)
    return figure


def error_by_horizon(made: Contest) -> Figure:
    """WAPE by distance from the origin, a line for each of the best models and the baseline."""
    rows = made.held.of_level(made.level)
    if rows.empty:
        return nothing(made.said)
    days = (rows["ds"] - rows["cutoff"]).dt.days
    weeks = rows.assign(week=(days - 1).clip(lower=0) // 7 + 1, error=(rows["y"] - rows["yhat"]).abs())
    sums = weeks.groupby(["model", "week"])[["error", "y"]].sum()
    wape = (sums["error"] / sums["y"].where(sums["y"] > 0)).unstack("week")
    best = [model for model in wape.mean(axis=1).sort_values().index if model not in (made.model, BASELINE)]
    shown = list(dict.fromkeys([made.model, BASELINE, *best]))[:MOST_LINES]
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    for model, colour in zip([one for one in shown if one in wape.index], style.colours(len(shown)), strict=False):
        axes.plot(wape.columns, wape.loc[model], marker="o", color=colour, label=in_words(model))
    axes.set(xlabel="week ahead", ylabel="WAPE (share of what was sold)", ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(style.percent())
    axes.set_title("Error by distance from the origin")
    axes.legend(ncols=3)
    return figure


def held_out_days(made: Contest, followed: Followed) -> Figure:
    """What was sold on the held-out days, all series together, and what was said before each period began."""
    rows = made.held.of_level(made.level)
    if rows.empty:
        return nothing(made.said)
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    shown = rows[rows["model"].isin([made.model, BASELINE])]
    sums = shown.groupby(["model", "cutoff", "ds"], observed=True)[["y", "yhat"]].sum().reset_index()
    actual = sums.groupby("ds")["y"].first()
    axes.plot(actual.index, actual, color=style.OTHERS, linewidth=1.2, label="sold")
    for model, colour in zip(dict.fromkeys([made.model, BASELINE]), (style.INSIDERS, style.ACCENT), strict=False):
        for number, (_, fold) in enumerate(sums[sums["model"] == model].groupby("cutoff")):
            axes.plot(
                fold["ds"], fold["yhat"], color=colour, linewidth=1.4, label=in_words(model) if number == 0 else None
            )
    for first in rows.groupby("cutoff")["ds"].min():
        axes.axvline(first, color=style.INK, linewidth=0.8, linestyle=":")
    in_unit(axes, followed)
    axes.set_title(f"Held-out days of {level_of(made.level)}: each dotted line is an origin")
    axes.legend(ncols=3)
    return figure


def residuals(made: Contest) -> Figure:
    """Errors of the champion on held-out days, each over its series' mean sale: their shape, weekdays, and memory."""
    rows = made.chosen
    if rows.empty:
        return nothing(made.said)
    size = rows.groupby("unique_id")["y"].transform("mean").clip(lower=1e-9)
    errors = rows.assign(error=(rows["yhat"] - rows["y"]) / size)
    figure = Figure(figsize=style.WIDE)
    shape, weekdays, memory = figure.subplots(1, 3)
    shape.hist(errors["error"].clip(-3, 3), bins=30, color=style.ACCENT)
    shape.axvline(0, color=style.INK, linewidth=0.8)
    shape.set(xlabel="error (series' mean sale; above 0 too much)", ylabel="series and days", title="Errors")
    by = errors.groupby(errors["ds"].dt.dayofweek)["error"].mean()
    weekdays.bar([WEEKDAYS[int(day)] for day in by.index], by, color=style.OTHERS)
    weekdays.axhline(0, color=style.INK, linewidth=0.8)
    weekdays.set(ylabel="mean error (series' mean sale)", title="By weekday")
    lags = _autocorrelation(errors, 12)
    memory.bar(lags.index, lags, color=style.OTHERS)
    memory.axhline(0, color=style.INK, linewidth=0.8)
    memory.set(xlabel="rows apart", ylabel="correlation", ylim=(-1, 1), title="Errors that follow")
    return figure


def best_and_worst(made: Contest, followed: Followed) -> Figure:
    """Sold and forecast over the held-out days: the series with the lowest and highest WAPE; of one series, periods."""
    rows = made.chosen
    if rows.empty:
        return nothing(made.said)
    by = "series" if rows["series"].nunique() > 1 else "cutoff"
    sums = rows.assign(error=(rows["y"] - rows["yhat"]).abs()).groupby(by, observed=True)[["error", "y"]].sum()
    wape = (sums["error"] / sums["y"].where(sums["y"] > 0)).dropna().sort_values()
    shown = list(dict.fromkeys([*wape.index[:2], *wape.index[-2:]]))
    figure = Figure(figsize=style.panels(2, 2.4))
    for axes, name in zip(figure.subplots(2, 2).flat, shown, strict=False):
        some = rows[rows[by] == name].sort_values("ds")
        for _, fold in some.groupby("cutoff"):
            axes.plot(fold["ds"], fold["y"], color=style.OTHERS, linewidth=1.1)
            axes.plot(fold["ds"], fold["yhat"], color=style.INSIDERS, linewidth=1.4)
        told = (
            f"{name:%Y-%m-%d}"
            if isinstance(name, pd.Timestamp)
            else f"{name} {followed.descriptions.get(str(name), '')}"
        )
        axes.set_title(f"{shorten(told, 30, placeholder=' …')}: WAPE {percent(wape[name], 0)}", fontsize=9)
        in_unit(axes, followed, year=False)
        axes.set_ylabel("")
    for axes in figure.axes[len(shown) :]:
        axes.set_axis_off()
    figure.supylabel(amount_of(followed), fontsize=10)
    return figure


def _autocorrelation(errors: pd.DataFrame, most: int) -> pd.Series:
    """Mean over series of the correlation of errors that many rows apart, within held-out periods."""
    wide = errors.pivot_table(index=["unique_id", "cutoff"], columns=errors.groupby(["unique_id", "cutoff"]).cumcount(),
                              values="error")  # fmt: skip
    values = wide.to_numpy() - np.nanmean(wide.to_numpy())
    spread = np.nanmean(values**2)
    found = {lag: float(np.nanmean(values[:, lag:] * values[:, :-lag]) / spread)
             for lag in range(1, min(most, values.shape[1] - 1) + 1) if spread > 0}  # fmt: skip
    return pd.Series(found, dtype="float64")


def _shares(axes: Axes, metric: str) -> None:
    if _is_share(metric):
        axes.xaxis.set_major_formatter(style.percent())


def _is_share(metric: str) -> bool:
    return metric in ("wape", "total_error")


def _unit_of(metric: str) -> str:
    return "share of what was sold" if _is_share(metric) else "lower is better"
