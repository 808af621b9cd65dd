"""Figures of the programme's membership: how many are in, enter and leave, and what letting nobody flicker costs."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from insiders.charts import style


def over_time(members: pd.DataFrame) -> Figure:
    """Members at every review, and how many entered and left since the one before.

    ``members``: `hysteresis.replay`, reviews by customers.
    """
    before = members.shift(1, fill_value=False)
    days = [f"{day:%Y-%m-%d}" for day in members.index]
    figure = Figure(figsize=style.WIDE)
    ax, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    ax.plot(days, members.sum(axis=1), marker="o", color=style.INSIDERS)
    ax.set(title="Members by review", ylabel="members")
    ax.set_ylim(bottom=0)
    entered, left = (members & ~before).sum(axis=1), (before & ~members).sum(axis=1)
    below.bar(days[1:], entered[1:], color=style.ACCENT, label="entered")
    below.bar(days[1:], -left[1:], color=style.OTHERS, label="left")
    below.axhline(0, color=style.INK, linewidth=1)
    below.set_ylabel("customers")
    below.tick_params(axis="x", rotation=45)
    below.legend(fontsize=9, ncols=2)
    return figure


def costs(table: pd.DataFrame, chosen: tuple[float, float, int]) -> Figure:
    """Exits a month, and later revenue lost at equal size, by exit and grace; the run's setting is ringed.

    ``table``: `membership.costs`; ``chosen``: entry, exit and grace of the run.
    """
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots(1, 2, sharex=True)
    mine = table[(table[["entry", "exit", "grace"]] == list(chosen)).all(axis=1)]
    for column, ax in zip(("exits", "lost"), axes, strict=True):
        for place, grace in enumerate(sorted(int(each) for each in table["grace"].unique())):
            rows = table[table["grace"] == grace]
            aside = rows["exit"] + 0.008 * (place - 1)
            errors = [rows[column] - rows[f"{column}_lower"], rows[f"{column}_upper"] - rows[column]]
            label = f"grace {grace} review{'s' if grace > 1 else ''}"
            ax.errorbar(
                aside, rows[column], yerr=errors, marker="o", markersize=5, linewidth=1.2, capsize=2, label=label
            )
        ax.scatter(mine["exit"], mine[column], s=190, facecolors="none", edgecolors=style.INK, linewidths=1.6, zorder=5)
        ax.set_xlabel("exit: share of the threshold below which a review counts")
    axes[0].set(
        title="Members who leave, a month", ylabel="members, 95 % interval", xlim=(1.03, table["exit"].min() - 0.03)
    )
    axes[1].set(title="Later revenue lost at equal size", ylabel="share of later revenue, 95 % interval")
    axes[0].xaxis.set_major_formatter(style.percent())
    axes[1].yaxis.set_major_formatter(style.percent(1))
    axes[0].legend(fontsize=9)
    return figure
