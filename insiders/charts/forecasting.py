"""Figures of what is to come: past and forecast with its bounds, what the past is made of, series side by side."""

from __future__ import annotations

from textwrap import shorten

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from insiders.charts import style
from insiders.charts.series_axes import WEEKDAYS, amount_of, in_unit, level_of, nothing, with_breaks
from insiders.forecasting.outlook import Outlook

MOST_PANELS = 12


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
    weekdays = pd.DatetimeIndex(sold.index).dayofweek
    weekday = over.groupby(weekdays).transform("mean")
    figure = Figure(figsize=style.TALL)
    parts = {"sold": sold, "level": level, "rest": over - weekday}
    *lines, week = figure.subplots(4, 1)
    for axes, (name, part) in zip(lines, parts.items(), strict=True):
        axes.plot(part.index, part, color=style.ACCENT if name != "rest" else style.OTHERS, linewidth=1.1)
        in_unit(axes, outlook.followed)
        axes.set_ylabel(name)
    by_weekday = over.groupby(weekdays).mean()
    in_unit(week, outlook.followed, days=False)
    week.bar([WEEKDAYS[day] for day in by_weekday.index], by_weekday, color=style.ACCENT)
    week.axhline(0, color=style.OTHERS, linewidth=0.8)
    week.set_ylabel("weekday")
    figure.axes[0].set_title(f"{amount_of(outlook.followed)}: level, rest and weekday")
    return figure


def history_and_forecast(outlook: Outlook, weeks: int = 16) -> Figure:
    """The last weeks, all series together, and the forecast with its bounds by day."""
    if outlook.rows.empty:
        return nothing(outlook.followed.reason or "nothing was forecast")
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    _continued(axes, outlook.history.groupby("ds")["y"].sum(), outlook.together, weeks)
    in_unit(axes, outlook.followed)
    axes.set_title(f"What {level_of(outlook.followed.level)} brought, and what is expected")
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
        sold, said = (rows[rows["unique_id"] == unique_id] for rows in (outlook.history, outlook.rows))
        _continued(axes, sold.set_index("ds")["y"], said, weeks=8)
        in_unit(axes, outlook.followed, year=False)
        axes.set_ylabel("")
        told = f"{series} {outlook.followed.descriptions.get(str(series), '')}"
        axes.set_title(shorten(told, 34, placeholder=" …"), fontsize=9)
        axes.tick_params(labelsize=8)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_axis_off()
    figure.supylabel(amount_of(outlook.followed), fontsize=10)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _continued(axes: Axes, sold: pd.Series, said: pd.DataFrame, weeks: int) -> None:
    recent = sold[sold.index > sold.index[-1] - pd.Timedelta(weeks=weeks)]
    ahead = with_breaks(said.set_index("ds").select_dtypes("number"))
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
