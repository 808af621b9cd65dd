"""Figures of several levels together: what each store or category sold, sells and should sell; who grows, who falls."""

from __future__ import annotations

from textwrap import shorten

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from insiders.charts import style
from insiders.charts.series_axes import level_of, nothing
from insiders.forecasting.growth import MANIFOLD, YEAR
from insiders.language import Language
from insiders.series.levels import in_order

WEEKS = pd.Timedelta(weeks=8)
MOST_PANELS = 12
MOST_BARS = 30


def of_level(sales: pd.DataFrame, forecasts: pd.DataFrame, level: str, language: Language) -> Figure:
    """The series of a level, the largest first: eight weeks, the forecast with its bounds, the year before in grey."""
    ours = forecasts[forecasts["level"] == level]
    if ours.empty:
        return nothing(language.say("This panel has no level {level}.", level=language.say(level_of(level))))
    sold = sales[sales["level"] == level]
    shown = ours.groupby("series", observed=True)["mean"].sum().nlargest(MOST_PANELS).index
    columns = min(3, len(shown))
    lines = -(-len(shown) // columns)
    figure = Figure(figsize=style.panels(lines, 2.3))
    grid = figure.subplots(lines, columns, squeeze=False)
    unit = str(sold["unit"].iloc[0])
    for axes, series in zip(grid.flat, shown, strict=False):
        days = sold[sold["series"] == series].set_index("date")["value"]
        said = ours[ours["series"] == series].set_index("date")
        recent, then = days[days.index > days.index[-1] - WEEKS], days.copy()
        then.index = then.index + YEAR
        then = then[(then.index >= recent.index[0]) & (then.index <= said.index[-1])]
        axes.plot(then.index, then, color=style.GRID, linewidth=1.2, label=language.say("52 weeks earlier"))
        axes.plot(recent.index, recent, color=style.OTHERS, linewidth=1.2, label=language.say("sold"))
        axes.plot(said.index, said["mean"], color=style.INSIDERS, label=language.say("expected"))
        share = language.percent(float(said["coverage"].iloc[0]), 0)
        nominal = language.say("{coverage} bounds of a day", coverage=share)
        axes.fill_between(
            said.index, said["lower"], said["upper"], color=style.INSIDERS, alpha=0.2, linewidth=0, label=nominal
        )
        axes.set_ylim(bottom=0)
        axes.set_title(_named(level, series, language), fontsize=9)
        axes.yaxis.set_major_formatter(_amounts(unit, language))
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=3))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.short_day(num2date(value).date())))
        axes.tick_params(labelsize=8)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_axis_off()
    title = language.say("Sales of {level}, sold and expected", level=language.say(level_of(level)))
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    what = language.say("pieces a day") if unit == "pieces" else language.say("gross revenue per day")
    figure.supylabel(what, fontsize=10)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def change(growths: pd.DataFrame, language: Language) -> Figure:
    """Expected sales of each series over those of the same weeks a year earlier, level by level, with their bounds."""
    rows = growths.dropna(subset=["change"])
    if rows.empty:
        return nothing(language.say("No series was sold a whole year ago, so nothing can be said of growth."))
    rows = rows.loc[rows.groupby("level", sort=False, observed=True)["expected"].rank(ascending=False) <= MOST_BARS]
    rows = in_order(rows).iloc[::-1]
    figure = Figure(figsize=(style.WIDE[0], 1.2 + 0.24 * len(rows)))
    axes = figure.subplots()
    names = [_named(level, series, language) for level, series in zip(rows["level"], rows["series"], strict=True)]
    places = np.arange(len(rows))
    shown, lower, upper = (rows[name].clip(upper=MANIFOLD) for name in ("change", "change_lower", "change_upper"))
    axes.barh(places, shown, color=[style.ACCENT if one >= 0 else style.INSIDERS for one in rows["change"]])
    axes.hlines(places, lower, upper, color=style.INK, linewidth=1.2)
    axes.set_yticks(places, names)
    axes.axvline(0, color=style.INK, linewidth=0.8)
    for place, (_, row) in enumerate(rows.iterrows()):
        if row["change"] > MANIFOLD:
            told = language.say(
                "{expected} after {earlier}",
                expected=language.whole(row["expected"]),
                earlier=language.whole(row["year_earlier"]),
            )
            box = {"facecolor": style.ACCENT, "edgecolor": "none", "pad": 1}
            axes.text(MANIFOLD, place, f"{told} ", va="center", ha="right", color="white", fontsize=8, bbox=box)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value, 0)))
    axes.set_xlabel(language.say("change against the same weeks a year earlier, as a share of what was sold then"))
    axes.tick_params(axis="y", labelsize=8)
    axes.margins(y=0.01)
    axes.set_title(language.say("What grows, and what falls (lines: bounds)"))
    return figure


def _named(level: object, series: object, language: Language) -> str:
    if series == level:
        return language.say(level_of(str(level)))
    return shorten(str(series), 34, placeholder=" …")


def _amounts(unit: str, language: Language) -> FuncFormatter:
    if unit == "pieces":
        return FuncFormatter(lambda value, _: language.short(value))
    return FuncFormatter(lambda value, _: language.short_money(value, unit))
