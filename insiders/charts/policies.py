"""Figures of the ways to choose Insiders: what they capture of later revenue, and what a programme would earn."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from insiders.charts import style
from insiders.policies.backtest import ORACLE, PLAIN


def captured(table: pd.DataFrame, policy: str) -> Figure:
    """Difference of every policy to the plain sort with its interval, best on top; the run's policy in colour.

    ``table``: `policy_backtest.table`. The oracle is left out: it would press everything else together.
    """
    rows = table.drop(index=[ORACLE, PLAIN], errors="ignore")[::-1]
    figure = Figure(figsize=(style.WIDE[0], 1.4 + 0.36 * len(rows)))
    ax = figure.subplots()
    for place, (name, row) in enumerate(rows.iterrows()):
        colour = style.INSIDERS if name == policy else style.ACCENT
        ax.plot([row["difference_lower"], row["difference_upper"]], [place, place], color=colour, linewidth=2.4)
        ax.plot([row["difference"]], [place], "o", color=colour, markersize=8)
    ax.axvline(0, color=style.INK, linewidth=1.2)
    ax.set_yticks(range(len(rows)), list(rows.index))
    ax.set_xlabel("share of all later revenue captured, less what the plain revenue sort captures (95 % interval)")
    ax.xaxis.set_major_formatter(style.percent(1))
    ax.set_title("What each policy captures beyond the plain sort (the line at 0)")
    ax.grid(axis="y", visible=False)
    return figure


def profits(table: pd.DataFrame, policies: list[str], share: float, currency: str) -> Figure:
    """Profit of a programme by its size, a line per policy; the run's size is marked.

    ``table``: `programme.profit`.
    """
    figure = Figure(figsize=style.WIDE)
    ax = figure.subplots()
    for colour, name in zip(style.colours(len(policies)), policies, strict=True):
        rows = table[table["policy"] == name]
        dashed = "--" if name == ORACLE else "-"
        ax.plot(rows["share"], rows["profit"], dashed, marker="o", markersize=4, color=colour, label=name)
    ax.axhline(0, color=style.INK, linewidth=1)
    ax.axvline(share, color=style.INK, linestyle=":", linewidth=1.4, label="size of this run")
    ax.xaxis.set_major_formatter(style.percent())
    ax.yaxis.set_major_formatter(style.money(currency))
    ax.set(title="What a programme would add in 90 days, by its size", xlabel="share of the known customers taken")
    ax.set_ylabel("profit of 90 days, assumed terms")
    ax.legend(fontsize=9, ncols=2)
    return figure
