"""Horizontal bars, one group a row: the figure of most answers."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from insiders.charts import style

Written = Callable[[float], str]


def horizontal(
    names: Sequence[object],
    bars: Mapping[str, Sequence[float]],
    *,
    title: str,
    xlabel: str,
    written: Written,
    colours: Sequence[str] | None = None,
    spread: Sequence[tuple[float, float]] | None = None,
    height: float = 0.34,
) -> Figure:
    """Bars side by side for every name, from the top, each with its amount; ``spread`` holds bounds of the first."""
    figure = Figure(figsize=(style.WIDE[0], 1.5 + (0.26 + height * len(bars)) * len(names)))
    axes = figure.subplots()
    places, thick = np.arange(len(names)), 0.78 / len(bars)
    chosen = colours or style.colours(len(bars))
    for number, (colour, (label, values)) in enumerate(zip(chosen, bars.items(), strict=True)):
        shift = thick * (number - (len(bars) - 1) / 2)
        drawn = axes.barh(places + shift, values, height=0.94 * thick, color=colour, label=label)
        if spread is None:
            axes.bar_label(drawn, labels=[written(value) for value in values], padding=3, fontsize=9)
    if spread is not None:
        _bounds(axes, next(iter(bars.values())), spread, written)
    axes.set_yticks(places, [folded(name) for name in names])
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value)))
    axes.set_xlabel(xlabel)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.12)
    if len(bars) > 1:
        figure.legend(loc="outside lower center", ncols=len(bars))
    axes.set_title(title)
    return figure


def folded(words: object, width: int = 28) -> str:
    """The words on as many lines as they need."""
    return textwrap.fill(str(words), width)


def _bounds(axes: Axes, values: Sequence[float], spread: Sequence[tuple[float, float]], written: Written) -> None:
    for place, (value, (low, high)) in enumerate(zip(values, spread, strict=True)):
        axes.errorbar(value, place, xerr=[[value - low], [high - value]], color=style.INK, capsize=5, linewidth=1.4)
        axes.annotate(written(value), (max(high, value), place), xytext=(8, 0), textcoords="offset points", va="center")
