"""Figures that compare groups: how Insiders differ now, and what a group chosen earlier brought later."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from insiders.charts import bars, style
from insiders.charts.reporting import TRAIT_NAMES
from insiders.language import Language
from insiders.policies.forward import CHOSEN, NEXT, REST, ForwardCheck


def differences(found: pd.DataFrame, opponents: Mapping[str, str], language: Language) -> Figure:
    """Cliff's delta of the Insiders against every opponent (name in the table: label), with intervals."""
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    variables = found["variable"].unique()
    for shift, colour, opponent in zip((-0.12, 0.12), style.colours(2), opponents, strict=True):
        rows = found[found["opponent"] == opponent].set_index("variable").reindex(variables)
        label = language.say("against {opponent}", opponent=opponents[opponent])
        _deltas(axes, rows, np.arange(len(variables)) + shift, colour, label)
    axes.axvspan(-0.147, 0.147, color=style.GRID, alpha=0.6, linewidth=0)
    axes.axvline(0, color=style.INK, linewidth=1)
    axes.set_yticks(range(len(variables)), [language.say(TRAIT_NAMES[name]) for name in variables])
    axes.set(xlim=(-1.02, 1.02), ylim=(len(variables) - 0.5, -0.5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.decimal(value)))
    axes.set_xlabel(language.say("Cliff's delta (grey: negligible; right: Insiders stand higher)"))
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title(language.say("How Insiders differ now (the groups were cut on such variables)"))
    return figure


def forward(found: ForwardCheck, names: Mapping[str, str], currency: str, xlabel: str, language: Language) -> Figure:
    """Mean later revenue of the group chosen earlier, of the same number of next best, and of all others."""
    shown = found.later_mean
    colours = {CHOSEN: style.INSIDERS, NEXT: style.ACCENT, REST: style.OTHERS}
    figure = bars.horizontal(
        [names[name] for name in shown],
        {"": [mean.estimate for mean in shown.values()]},
        title=language.say("Chosen by what was known then, judged by what came after"),
        xlabel=xlabel,
        written=lambda value: language.short_money(value, currency),
        spread=[(mean.lower, mean.upper) for mean in shown.values()],
    )
    for patch, name in zip(figure.axes[0].patches, shown, strict=True):
        patch.set_facecolor(colours[name])
    return figure


def _deltas(axes: Axes, rows: pd.DataFrame, places: np.ndarray, colour: str, label: str) -> None:
    spread = (rows[["delta_lower", "delta_upper"]].sub(rows["delta"], axis=0) * [-1, 1]).to_numpy().T
    axes.errorbar(rows["delta"], places, xerr=spread, fmt="o", color=colour, capsize=4, label=label)
