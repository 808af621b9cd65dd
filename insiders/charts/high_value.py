"""Figures of the forecast of high value: cumulative gains, reliability, and what the model looks at."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from insiders.charts import style


def gains(table: pd.DataFrame, names: list[str]) -> Figure:
    """Cumulative gains: share of the high-value customers, and of later revenue, found among the first of a ranking.

    ``table``: `gains.cumulative`.
    """
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots(1, 2, sharex=True)
    titles = (("found", "customers of high value found"), ("revenue", "later revenue found"))
    for ax, (column, title) in zip(axes, titles, strict=True):
        for colour, name in zip(style.colours(len(names)), names, strict=True):
            rows = table[table["model"] == name]
            ax.plot(rows["share"], rows[column], "--" if name == "oracle" else "-", color=colour, label=name)
        ax.plot([0, 1], [0, 1], ":", color=style.INK, linewidth=1, label="by lot")
        ax.set(title=title, xlabel="share of the known customers, best first", ylabel="share found")
        ax.xaxis.set_major_formatter(style.percent())
        ax.yaxis.set_major_formatter(style.percent())
    axes[0].legend(fontsize=9)
    return figure


def reliability(table: pd.DataFrame, model: str) -> Figure:
    """Predicted probability beside what happened, in bins of as many customers, with Wilson's bounds.

    ``table``: `calibration.reliability`.
    """
    rows = table[table["model"] == model]
    figure = Figure(figsize=(style.WIDE[0] * 0.6, style.WIDE[1]))
    ax = figure.subplots()
    errors = [rows["observed"] - rows["lower"], rows["upper"] - rows["observed"]]
    ax.plot([0, 1], [0, 1], ":", color=style.INK, linewidth=1, label="as predicted")
    ax.errorbar(rows["predicted"], rows["observed"], yerr=errors, fmt="o", color=style.ACCENT, capsize=3, label=model)
    ax.set(
        title="Does the probability mean what it says?", xlabel="mean predicted probability", ylabel="share observed"
    )
    ax.xaxis.set_major_formatter(style.percent())
    ax.yaxis.set_major_formatter(style.percent())
    ax.legend(fontsize=9)
    return figure


def importance(table: pd.DataFrame) -> Figure:
    """Loss of average precision where a group of features is shuffled; the bar spans least and greatest.

    ``table``: `high_value.importance`.
    """
    rows = table.head(12)[::-1]
    figure = Figure(figsize=(style.WIDE[0], 1.2 + 0.3 * len(rows)))
    ax = figure.subplots()
    errors = [rows["drop"] - rows["lower"], rows["upper"] - rows["drop"]]
    ax.barh(rows["feature"], rows["drop"], xerr=errors, color=style.ACCENT, ecolor=style.INK, height=0.6, capsize=2)
    ax.axvline(0, color=style.INK, linewidth=1)
    ax.set(title="What the forecast would lose without it", xlabel="loss of average precision when shuffled")
    ax.grid(axis="y", visible=False)
    return figure
