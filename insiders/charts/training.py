"""Figures of what models learnt: learning curves of networks, and what trees split by."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from insiders.charts import style


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
