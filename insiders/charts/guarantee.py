"""Figures of the report that compare groups: how Insiders differ now, and what a group chosen earlier brought later."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from insiders.charts import style
from insiders.charts.reporting import TRAIT_NAMES
from insiders.policies.forward import CHOSEN, NEXT, REST, ForwardCheck


def differences(found: pd.DataFrame, rival: str) -> Figure:
    """Cliff's delta of the Insiders against the next best segment and against all others, with intervals."""
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    variables = found["variable"].unique()
    for shift, colour, opponent in zip((-0.12, 0.12), style.colours(2), (rival, "all others"), strict=True):
        rows = found[found["opponent"] == opponent].set_index("variable").reindex(variables)
        _deltas(axes, rows, np.arange(len(variables)) + shift, colour, f"against {opponent}")
    axes.axvspan(-0.147, 0.147, color=style.GRID, alpha=0.6, linewidth=0)
    axes.axvline(0, color=style.INK, linewidth=1)
    axes.set_yticks(range(len(variables)), [TRAIT_NAMES[name] for name in variables])
    axes.set(xlim=(-1.02, 1.02), ylim=(len(variables) - 0.5, -0.5))
    axes.set_xlabel("Cliff's delta (grey: negligible; right: Insiders stand higher)")
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title("How Insiders differ now (segments were cut on such variables)")
    return figure


def forward(found: ForwardCheck, currency: str) -> Figure:
    """Mean later revenue of the group chosen earlier, of the same number of next best, and of all others."""
    figure = Figure(figsize=(style.WIDE[0], 3.6))
    axes = figure.subplots()
    names = {CHOSEN: "chosen by revenue then", NEXT: "same number, next best", REST: "all others known then"}
    colours = {CHOSEN: style.INSIDERS, NEXT: style.ACCENT, REST: style.OTHERS}
    shown = list(found.later_mean)
    for place, name in enumerate(shown):
        mean = found.later_mean[name]
        axes.barh(place, mean.estimate, color=colours[name], height=0.55)
        spread = [[mean.estimate - mean.lower], [mean.upper - mean.estimate]]
        axes.errorbar(mean.estimate, place, xerr=spread, color=style.INK, capsize=5, linewidth=1.4)
        axes.annotate(
            style.in_money(mean.estimate, currency), (max(mean.upper, mean.estimate), place), xytext=(8, 0),
            textcoords="offset points", va="center",
        )  # fmt: skip
    axes.set_yticks(range(len(shown)), [names[name] for name in shown])
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(style.money(currency))
    confidence = next(iter(found.later_mean.values())).confidence
    axes.set_xlabel(
        f"net revenue per customer in the {found.days} days after {found.cutoff:%Y-%m-%d} ({confidence:.0%} intervals)"
    )
    axes.grid(visible=False, axis="y")
    axes.set_title("Chosen by what was known then, judged by what came after")
    return figure


def _deltas(axes: Axes, rows: pd.DataFrame, places: np.ndarray, colour: str, label: str) -> None:
    spread = (rows[["delta_lower", "delta_upper"]].sub(rows["delta"], axis=0) * [-1, 1]).to_numpy().T
    axes.errorbar(rows["delta"], places, xerr=spread, fmt="o", color=colour, capsize=4, label=label)
