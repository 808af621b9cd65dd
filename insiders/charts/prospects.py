"""Figures of what is foreseen: whether probabilities mean what they say, and how cohorts came back."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from insiders.charts import style
from insiders.language import Language


def reliability(table: pd.DataFrame, title: str, language: Language) -> Figure:
    """Predicted and observed share by tenths of the customers, see `calibration.reliability`."""
    figure = Figure(figsize=(style.WIDE[0], 4.0))
    axes = figure.subplots()
    spread = [table["observed"] - table["lower"], table["upper"] - table["observed"]]
    axes.plot([0, 1], [0, 1], color=style.INK, linewidth=1, label=language.say("as predicted"))
    label = language.say("a tenth of the customers, with its interval")
    axes.errorbar(
        table["predicted"], table["observed"], yerr=spread, fmt="o", color=style.INSIDERS, capsize=4, label=label
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value, 0)))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_xlabel(language.say("share predicted to buy"))
    axes.set_ylabel(language.say("share who bought"))
    axes.legend(loc="upper left")
    axes.set_title(title)
    return figure


def cohorts(table: pd.DataFrame, language: Language) -> Figure:
    """Share of every cohort (row) who bought so many months after their first purchase (column)."""
    grid = table.pivot(index="cohort", columns="months_since", values="retention").sort_index()
    shown = grid.drop(columns=[0])
    figure = Figure(figsize=(style.WIDE[0], 1.6 + 0.36 * len(shown)))
    axes = figure.subplots()
    values = np.ma.masked_invalid(shown.to_numpy("float64"))
    top = float(values.max()) if values.count() else 1.0
    axes.imshow(values, cmap=style.SEQUENTIAL, aspect="auto", vmin=0, vmax=top)
    for row, column in zip(*np.nonzero(~np.ma.getmaskarray(values)), strict=True):
        value = float(values[row, column])
        ink = "white" if value < 0.55 * top else style.INK
        if values.shape[1] <= 26:
            axes.text(column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=8, color=ink)
    axes.set_yticks(range(len(shown)), [language.month(month) for month in shown.index])
    step = max(1, len(shown.columns) // 13)
    axes.set_xticks(range(0, len(shown.columns), step), [str(month) for month in shown.columns[::step]])
    axes.set_xlabel(language.say("months since the first purchase"))
    axes.set_ylabel(language.say("first purchase in"))
    axes.grid(visible=False)
    axes.set_title(language.say("Who came back: percent of the cohort's customers who bought in that month"))
    return figure
