"""Figures of the forecast notebook: errors beside the baselines, residuals, and what is to come with its bounds.

Each takes what the forecast room made; of a level that cannot be followed there is a figure that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from insiders.charts import style
from insiders.charts.model_names import MODEL_NAMES
from insiders.forecasting.contest import Contest
from insiders.forecasting.followed import Followed
from insiders.forecasting.models import BASELINE
from insiders.forecasting.outlook import Outlook
from insiders.wording import percent

LEVEL_NAMES: Mapping[str, str] = {
    "insiders": "the Insiders",
    "total": "the whole shop",
    "segment": "segments",
    "country": "countries",
    "store": "stores",
    "category": "categories",
    "product": "products",
}
STEP_NAMES: Mapping[str, str] = {"day": "day", "week": "week", "month": "month"}
MOST_LINES = 6
MOST_PANELS = 12


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
    axes.set_yticks(range(len(models)), [_name(model) for model in models])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f"{made.metric.upper()} ({_unit_of(made.metric)})")
    axes.set_title(f"Held-out errors, {_level(made.level)}")
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
        axes.plot(wape.columns, wape.loc[model], marker="o", color=colour, label=_name(model))
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
                fold["ds"], fold["yhat"], color=colour, linewidth=1.4, label=_name(model) if number == 0 else None
            )
    for first in rows.groupby("cutoff")["ds"].min():
        axes.axvline(first, color=style.INK, linewidth=0.8, linestyle=":")
    _in_unit(axes, followed)
    axes.set_title(f"Held-out days of {_level(made.level)}: each dotted line is an origin")
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
    weekdays.bar([_WEEKDAYS[int(day)] for day in by.index], by, color=style.OTHERS)
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
        _in_unit(axes, followed, year=False)
        axes.set_ylabel("")
    for axes in figure.axes[len(shown) :]:
        axes.set_axis_off()
    figure.supylabel(_label(followed), fontsize=10)
    return figure


def decomposition(outlook: Outlook) -> Figure:
    """All series together, split into level (mean of eight weeks around), weekday and rest; what is left is noise."""
    if outlook.rows.empty:
        return nothing(outlook.followed.reason or "nothing was forecast")
    sold = outlook.history.groupby("ds")["y"].sum()
    season = max(2, pd.DatetimeIndex(sold.index).dayofweek.nunique())
    level = sold.rolling(8 * season, center=True, min_periods=4 * season).mean().interpolate(limit_direction="both")
    if level.isna().all():
        level = pd.Series(sold.mean(), index=sold.index)
    over = sold - level
    weekday = over.groupby(pd.DatetimeIndex(sold.index).dayofweek).transform("mean")
    figure = Figure(figsize=style.TALL)
    parts = {"sold": sold, "level": level, "weekday": weekday, "rest": over - weekday}
    for axes, (name, part) in zip(figure.subplots(4, 1, sharex=True), parts.items(), strict=True):
        axes.plot(part.index, part, color=style.ACCENT if name != "rest" else style.OTHERS, linewidth=1.1)
        _in_unit(axes, outlook.followed)
        axes.set_ylabel(name)
    figure.axes[0].set_title(f"{_label(outlook.followed)}: level, weekday and rest")
    return figure


def history_and_forecast(outlook: Outlook, weeks: int = 16) -> Figure:
    """The last weeks, all series together, and the forecast; with bounds by day where there is one series."""
    if outlook.rows.empty:
        return nothing(outlook.followed.reason or "nothing was forecast")
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    if outlook.rows["unique_id"].nunique() == 1:
        _continued(axes, outlook, outlook.rows["unique_id"].iloc[0], weeks)
    else:
        past, ahead = outlook.history.groupby("ds")["y"].sum(), outlook.rows.groupby("ds")["yhat"].sum()
        past = past[past.index > past.index[-1] - pd.Timedelta(weeks=weeks)]
        axes.plot(past.index, past, color=style.OTHERS, linewidth=1.2, label="sold")
        axes.plot(ahead.index, ahead, color=style.INSIDERS, label="forecast")
        axes.set_ylim(bottom=0)
    _in_unit(axes, outlook.followed)
    axes.set_title(f"What {_level(outlook.followed.level)} brought, and what is expected")
    axes.legend(loc="upper left", ncols=4)
    return figure


def small_multiples(outlook: Outlook, most: int = MOST_PANELS) -> Figure:
    """The largest series, each with eight weeks of its past, its forecast and bounds."""
    if outlook.rows.empty:
        return nothing(outlook.followed.reason or "nothing was forecast")
    shown = outlook.totals.head(most)
    columns = min(3, len(shown))
    lines = -(-len(shown) // columns)
    figure = Figure(figsize=style.panels(lines, 2.3))
    grid = figure.subplots(lines, columns, squeeze=False)
    for axes, unique_id, series in zip(grid.flat, shown["unique_id"], shown["series"], strict=False):
        _continued(axes, outlook, unique_id, weeks=8)
        _in_unit(axes, outlook.followed, year=False)
        axes.set_ylabel("")
        told = f"{series} {outlook.followed.descriptions.get(str(series), '')}"
        axes.set_title(shorten(told, 34, placeholder=" …"), fontsize=9)
        axes.tick_params(labelsize=8)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_axis_off()
    figure.supylabel(_label(outlook.followed), fontsize=10)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def learning_curve(curve: pd.DataFrame, name: str) -> Figure:
    """Loss by pass over the windows, on the days learnt from and on the later ones that decide when to stop."""
    figure = Figure(figsize=(7.0, 3.6))
    axes = figure.subplots()
    best = curve.loc[curve["validation"].idxmin()]
    axes.plot(curve["epoch"], curve["training"], color=style.OTHERS, marker=".", label="days learnt from")
    axes.plot(curve["epoch"], curve["validation"], color=style.ACCENT, marker=".", label="later days")
    axes.plot(best["epoch"], best["validation"], "o", color=style.INSIDERS, markersize=9, label="kept")
    axes.set(xlabel="pass over the windows", ylabel="loss")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(f"{name}: training stops where later days no longer gain")
    axes.legend()
    return figure


def importance(table: pd.DataFrame, name: str) -> Figure:
    """What the trees split by, as a share of all that their splits gained."""
    figure = Figure(figsize=(7.0, 0.9 + 0.27 * len(table)))
    axes = figure.subplots()
    axes.barh(table["feature"], table["share"], color=style.ACCENT)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(style.percent())
    axes.set(xlabel="share of the gain of all splits")
    axes.set_title(f"What the trees of {name} split by")
    return figure


def nothing(reason: str) -> Figure:
    """A figure that says why there is none."""
    figure = Figure(figsize=(style.WIDE[0], 1.2))
    figure.text(0.02, 0.5, reason.replace("`", ""), va="center", wrap=True)
    return figure


def _continued(axes: Axes, outlook: Outlook, unique_id: str, weeks: int) -> None:
    history = outlook.history[outlook.history["unique_id"] == unique_id].set_index("ds")["y"]
    recent = history[history.index > history.index[-1] - pd.Timedelta(weeks=weeks)]
    ahead = _with_breaks(outlook.rows[outlook.rows["unique_id"] == unique_id].set_index("ds").select_dtypes("number"))
    axes.plot(recent.index, recent, color=style.OTHERS, linewidth=1.2, label="sold")
    axes.plot(ahead.index, ahead["yhat"], color=style.INSIDERS, label="forecast")
    for nominal, strength in ((95, 0.12), (80, 0.22)):
        axes.fill_between(
            ahead.index,
            ahead[f"lower_{nominal}"],
            ahead[f"upper_{nominal}"],
            color=style.INSIDERS,
            alpha=strength,
            linewidth=0,
            label=f"bounds for {nominal} %",
        )
    axes.set_ylim(bottom=0)


def _with_breaks(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with an empty one in every unusual gap of more than three days, so no line crosses closed weeks."""
    days = pd.DatetimeIndex(rows.index)
    gaps = np.diff(days)
    usual = max(np.timedelta64(3, "D"), np.median(gaps) if len(gaps) else np.timedelta64(3, "D"))
    return rows.reindex(days.union(days[:-1][gaps > 2 * usual] + pd.Timedelta(days=1)))


def _autocorrelation(errors: pd.DataFrame, most: int) -> pd.Series:
    """Mean over series of the correlation of errors that many rows apart, within held-out periods."""
    wide = errors.pivot_table(index=["unique_id", "cutoff"], columns=errors.groupby(["unique_id", "cutoff"]).cumcount(),
                              values="error")  # fmt: skip
    values = wide.to_numpy() - np.nanmean(wide.to_numpy())
    spread = np.nanmean(values**2)
    found = {lag: float(np.nanmean(values[:, lag:] * values[:, :-lag]) / spread)
             for lag in range(1, min(most, values.shape[1] - 1) + 1) if spread > 0}  # fmt: skip
    return pd.Series(found, dtype="float64")


def _label(followed: Followed) -> str:
    amount = "pieces" if followed.unit == "pieces" else f"gross revenue ({followed.unit})"
    return f"{amount} per {STEP_NAMES[followed.granularity]}"


def _in_unit(axes: Axes, followed: Followed, *, year: bool = True) -> None:
    axes.set_ylabel(_label(followed))
    money = followed.unit != "pieces"
    ticks: FuncFormatter = style.money(followed.unit) if money else style.thousands()
    axes.yaxis.set_major_formatter(ticks)
    dates = AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(dates)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(dates, show_offset=year))


def _shares(axes: Axes, metric: str) -> None:
    if _is_share(metric):
        axes.xaxis.set_major_formatter(style.percent())


def _is_share(metric: str) -> bool:
    return metric in ("wape", "total_error")


def _unit_of(metric: str) -> str:
    return "share of what was sold" if _is_share(metric) else "lower is better"


def _name(model: object) -> str:
    return MODEL_NAMES.get(str(model), str(model))


def _level(level: str) -> str:
    return LEVEL_NAMES.get(level, level)


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
