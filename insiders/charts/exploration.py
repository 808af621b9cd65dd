"""Figures of the exploration notebook: what was kept, how features spread and move together, what the tests say."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from insiders.charts import style

UNITS: Mapping[str, str] = {
    "gross_revenue": "gross revenue per customer",
    "n_invoices": "purchase invoices per customer",
    "avg_ticket": "mean revenue per invoice",
    "recency_days": "days since the last purchase",
    "avg_gap_days": "mean days between activity days",
    "avg_basket_items": "pieces per invoice",
}
"""The features of the univariate figure, with what their axes say."""

IN_MONEY = ("gross_revenue", "avg_ticket")


def ladder(steps: pd.DataFrame) -> Figure:
    """Rows and customers left after each preparation step, from the ladder table."""
    figure = Figure(figsize=(style.WIDE[0], 1.6 + 0.4 * len(steps)))
    rows, customers = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(steps))
    for axes, column in ((rows, "rows"), (customers, "customers")):
        bars = axes.barh(places, steps[column], color=style.ACCENT)
        axes.bar_label(bars, labels=[f"{value:,}" for value in steps[column]], padding=3, fontsize=8)
        axes.set(xlabel=f"{column} left", xlim=(0, 1.22 * max(1, steps[column].max())))
        axes.xaxis.set_major_formatter(style.thousands())
        axes.grid(visible=False, axis="y")
    rows.set_yticks(places, [textwrap.fill(str(step), 40) for step in steps["step"]], fontsize=9)
    rows.invert_yaxis()
    figure.suptitle("What every filter keeps", x=0.01, ha="left", fontweight="bold")
    return figure


def distributions(customers: pd.DataFrame, currency: str) -> Figure:
    """Histograms of the main features on logarithmic axes, median and mean marked."""
    figure = Figure(figsize=style.panels(2))
    for axes, (feature, label) in zip(figure.subplots(2, 3).flat, UNITS.items(), strict=True):
        values = customers[feature].dropna().astype("float64")
        _log_histogram(axes, values)
        axes.set(xlabel=label, ylabel="customers")
        if feature in IN_MONEY:
            axes.xaxis.set_major_formatter(style.money(currency))
        else:
            axes.xaxis.set_major_formatter(style.thousands())
    figure.axes[0].legend(fontsize=8)
    figure.suptitle(
        "Means stand far right of medians where a few customers carry the rest", x=0.01, ha="left", fontweight="bold"
    )
    return figure


def correlation(rho: pd.DataFrame) -> Figure:
    """Spearman's rank correlation of the features as a heat map with its numbers."""
    figure = Figure(figsize=(9.5, 7.6))
    axes = figure.subplots()
    image = axes.imshow(rho, cmap=style.DIVERGING, vmin=-1, vmax=1)
    axes.set_xticks(range(len(rho)), rho.columns, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(rho)), rho.index, fontsize=8)
    for (row, column), value in np.ndenumerate(rho.to_numpy()):
        colour = "white" if abs(value) > 0.6 else style.INK
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7, color=colour)
    axes.grid(visible=False)
    axes.set_title("Which features say the same")
    figure.colorbar(image, label="Spearman's rank correlation", shrink=0.8)
    return figure


def frequency_and_ticket(customers: pd.DataFrame, currency: str) -> Figure:
    """Invoices against the mean ticket of each customer, coloured by days since the last purchase."""
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    shown = customers.sort_values("recency_days", ascending=False, kind="stable")
    # An invoice count is whole: spread within its step, so that customers with the same count do not hide one another.
    shift = np.random.default_rng(0).uniform(-0.45, 0.45, len(shown))
    dots = axes.scatter(
        shown["n_invoices"] + shift,
        shown["avg_ticket"],
        c=shown["recency_days"] + 1,
        norm=LogNorm(),
        cmap=f"{style.SEQUENTIAL}_r",
        s=9,
        alpha=0.75,
        linewidths=0,
        rasterized=True,
    )
    axes.set(xscale="log", yscale="log", xlabel="purchase invoices per customer", ylabel="mean revenue per invoice")
    axes.xaxis.set_major_formatter(style.thousands())
    axes.yaxis.set_major_formatter(style.money(currency))
    axes.set_title("How often customers buy, and how much at a time")
    bar = figure.colorbar(dots, label="days since the last purchase, plus one")
    bar.ax.yaxis.set_major_formatter(style.thousands())
    return figure


def shapes(table: pd.DataFrame) -> Figure:
    """Skewness of every feature before and after a logarithm."""
    figure = Figure(figsize=(style.WIDE[0], 1.4 + 0.28 * len(table)))
    axes = figure.subplots()
    places = np.arange(len(table))
    axes.hlines(places, table["skew"], table["skew_of_log"], color=style.GRID, linewidth=3)
    axes.plot(table["skew"], places, "o", color=style.OTHERS, label="as it is")
    axes.plot(table["skew_of_log"], places, "o", color=style.ACCENT, label="after log(1 + value)")
    axes.axvspan(-2, 2, color=style.GRID, alpha=0.5, linewidth=0)
    axes.set_xscale("symlog", linthresh=2)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_yticks(places, table["feature"], fontsize=9)
    axes.set_xlabel("skewness (0 is symmetric; beyond the grey band is strong; linear within it, logarithmic outside)")
    axes.invert_yaxis()
    axes.legend(loc="lower right")
    axes.set_title("How skewed the feature space is")
    return figure


def effects(verdicts: pd.DataFrame) -> Figure:
    """Cliff's delta of every hypothesis with its interval; to the right is as claimed."""
    tested = verdicts.dropna(subset=["delta"])
    figure = Figure(figsize=(style.WIDE[0], 1.6 + 0.5 * max(len(tested), 1)))
    axes = figure.subplots()
    places = np.arange(len(tested))
    spread = (tested[["delta_lower", "delta_upper"]].sub(tested["delta"], axis=0) * [-1, 1]).to_numpy().T
    axes.errorbar(tested["delta"], places, xerr=spread, fmt="o", color=style.ACCENT, capsize=4)
    axes.axvspan(-0.147, 0.147, color=style.GRID, alpha=0.6, linewidth=0)
    axes.axvline(0, color=style.INK, linewidth=1)
    labels = [f"{row['claim']}\n({row['verdict']})" for _, row in tested.iterrows()]
    axes.set_yticks(places, labels, fontsize=9)
    axes.set(xlim=(-1, 1), ylim=(max(len(tested), 1) - 0.5, -0.5))
    axes.set_xlabel("Cliff's delta (grey: negligible; right: as claimed)")
    axes.grid(visible=False, axis="y")
    axes.set_title("What the tests say")
    return figure


def _log_histogram(axes: Axes, values: pd.Series) -> None:
    """A histogram with bins even in the logarithm; zeros go into the lowest bin, at half the least positive value."""
    positive = values[values > 0]
    low, high = (positive.min() / 2, positive.max()) if len(positive) else (0.5, 1.0)
    floored = values.clip(lower=low)
    axes.hist(floored, bins=np.geomspace(low, max(high, 2 * low), 41).tolist(), color=style.OTHERS)
    axes.axvline(max(values.median(), low), color=style.ACCENT, label="median")
    axes.axvline(max(values.mean(), low), color=style.INSIDERS, linestyle="--", label="mean")
    axes.set_xscale("log")
