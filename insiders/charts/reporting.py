"""Figures of the report: who the Insiders are, what they bring, and what makes and removes one."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from insiders.charts import style
from insiders.rules.thresholds import Threshold

TRAIT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "gross_revenue": "gross revenue",
        "n_invoices": "purchase invoices",
        "avg_ticket": "mean ticket of the customer",
        "n_items": "pieces bought",
        "n_products": "distinct products bought",
        "avg_basket_items": "pieces per basket",
        "avg_basket_products": "products per basket",
        "recency_days": "days since the last purchase",
        "avg_gap_days": "mean days between visits",
        "return_share": "share of value returned",
    }
)
"""Features in a manager's words."""

MONEY = ("gross_revenue", "avg_ticket")


def space(customers: pd.DataFrame) -> Figure:
    """The two-dimensional map of the customers, Insiders in front."""
    figure = Figure(figsize=style.SQUARE)
    axes = figure.subplots()
    for name, member, colour, size in (
        ("others", ~customers["is_insider"], style.OTHERS, 6),
        ("Insiders", customers["is_insider"], style.INSIDERS, 12),
    ):
        shown = customers[member]
        axes.scatter(
            shown["map_x"], shown["map_y"], s=size, color=colour, linewidths=0, alpha=0.7, rasterized=True,
            label=f"{name} ({len(shown):,})",
        )  # fmt: skip
    axes.set(xlabel="first coordinate of the map (no unit)", ylabel="second coordinate of the map (no unit)")
    axes.legend(markerscale=2)
    axes.set_title("Where the Insiders stand among the customers")
    return figure


def sizes(segments: pd.DataFrame) -> Figure:
    """Share of customers, gross revenue and pieces of every segment, highest value first."""
    figure = Figure(figsize=(style.WIDE[0], 1.6 + 0.75 * len(segments)))
    axes = figure.subplots()
    places = np.arange(len(segments))
    bars = {"customer_share": "customers", "revenue_share": "gross revenue", "items_share": "pieces"}
    for shift, (colour, (column, label)) in enumerate(zip(style.colours(3), bars.items(), strict=True)):
        drawn = axes.barh(places + 0.27 * (shift - 1), segments[column], height=0.25, color=colour, label=label)
        axes.bar_label(drawn, labels=[f"{value:.1%}" for value in segments[column]], padding=3, fontsize=8)
    axes.set_yticks(places, [_folded(name) for name in segments["segment"]])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(style.percent())
    axes.set_xlabel("share of all segmented customers, their gross revenue, their pieces")
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    axes.set_title("How large every segment is, and what it brings")
    return figure


def profile(medians: pd.DataFrame, overall: pd.Series) -> Figure:
    """Median of every segment over the median of all customers, per trait; traits whose median is 0 are left out."""
    shown = [str(trait) for trait in medians.columns if overall[trait] > 0]
    ratios = medians[shown] / overall[shown]
    figure = Figure(figsize=(style.WIDE[0], 1.6 + 0.5 * len(shown) + 0.12 * len(ratios)))
    axes = figure.subplots()
    places = np.arange(len(shown))
    for shift, (colour, (segment, row)) in enumerate(zip(style.colours(len(ratios)), ratios.iterrows(), strict=True)):
        spread = min(0.12, 0.7 / len(ratios)) * (shift - (len(ratios) - 1) / 2)
        axes.plot(row.clip(lower=0.02), places + spread, "o", color=colour, label=str(segment), markersize=7)
    axes.axvline(1, color=style.INK, linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(places, [TRAIT_NAMES[trait] for trait in shown])
    axes.invert_yaxis()
    axes.set_xlabel("median of the segment over the median of all segmented customers (logarithmic)")
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title("What sets every segment apart")
    return figure


def shares(found: pd.DataFrame) -> Figure:
    """Shares of the Insiders beside the same number of customers by plain revenue, from ``share`` and two columns."""
    figure = Figure(figsize=(style.WIDE[0], 1.4 + 0.62 * len(found)))
    axes = figure.subplots()
    places = np.arange(len(found))
    bars = {"insiders": ("Insiders", style.INSIDERS), "plain_sort": ("same number by plain revenue", style.OTHERS)}
    for shift, (column, (label, colour)) in zip((-0.18, 0.18), bars.items(), strict=True):
        drawn = axes.barh(places + shift, found[column], height=0.34, color=colour, label=label)
        axes.bar_label(drawn, labels=[f"{value:.1%}" for value in found[column]], padding=3, fontsize=9)
    axes.set_yticks(places, found["share"])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(style.percent())
    axes.set(xlabel="share", xlim=(0, 1))
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    axes.set_title("What the Insiders bring, and what a plain sort would")
    return figure


def outlook(history: pd.Series, days: pd.DataFrame, currency: str, *, shown_days: int = 120) -> Figure:
    """The Insiders' revenue of the last days and the forecast with its daily bounds."""
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    recent = history[history.index > history.index.max() - pd.Timedelta(days=shown_days)]
    axes.bar(recent.index, recent, width=1.0, color=style.OTHERS, label="sold")
    label = f"{days['coverage'].iloc[0]:.0%} bounds of a day"
    axes.vlines(days["date"], days["lower"], days["upper"], color=style.INSIDERS, alpha=0.3, linewidth=4, label=label)
    axes.plot(days["date"], days["mean"], "o", color=style.INSIDERS, markersize=5, label="expected")
    axes.yaxis.set_major_formatter(style.money(currency))
    axes.set_ylabel("gross revenue per day")
    axes.legend(loc="upper left")
    axes.set_title("What the Insiders brought, and what is expected of them")
    return figure


def rules(found: pd.DataFrame, most: int = 8) -> Figure:
    """Precision and recall of the rules that describe the Insiders."""
    shown = found.head(most)
    figure = Figure(figsize=(style.WIDE[0], 1.5 + 0.8 * len(shown)))
    axes = figure.subplots()
    places = np.arange(len(shown))
    bars = {"precision": "of those who meet it, Insiders", "recall": "of the Insiders, those who meet it"}
    for shift, colour, (column, label) in zip((-0.18, 0.18), (style.ACCENT, style.INSIDERS), bars.items(), strict=True):
        drawn = axes.barh(places + shift, shown[column], height=0.34, color=colour, label=label)
        axes.bar_label(drawn, labels=[f"{value:.0%}" for value in shown[column]], padding=3, fontsize=9)
    axes.set_yticks(places, [_folded(rule, 44) for rule in shown["rule"]], fontsize=9)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(style.percent())
    axes.set(xlabel="share of customers", xlim=(0, 1.08))
    axes.grid(visible=False, axis="y")
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title("How well every rule describes the Insiders")
    return figure


def removal(customers: pd.DataFrame, line: Threshold, currency: str) -> Figure:
    """The feature with the sharpest line: Insiders and others on both sides of it."""
    figure = Figure(figsize=(style.WIDE[0], 3.6))
    axes = figure.subplots()
    values = customers[line.feature].dropna().astype("float64")
    floor = values[values > 0].min() if (values > 0).any() else 1.0
    bins = np.geomspace(floor, max(values.max(), 2 * floor), 46).tolist()
    for label, member, colour in (("others", False, style.OTHERS), ("Insiders", True, style.INSIDERS)):
        group = values[customers.loc[values.index, "is_insider"] == member].clip(lower=floor)
        axes.hist(group, bins=bins, color=colour, alpha=0.8, label=label)
    axes.axvline(max(line.value, floor), color=style.INK, linestyle="--", label="sharpest line")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(style.money(currency) if line.feature in MONEY else style.thousands())
    axes.set(xlabel=f"{TRAIT_NAMES[line.feature]} (logarithmic)", ylabel="customers")
    axes.legend()
    axes.set_title("Where the line runs between Insiders and others")
    return figure


def rhythm(overdue: pd.Series) -> Figure:
    """Share of every segment that is silent for more than twice its customers' usual gaps."""
    figure = Figure(figsize=(style.WIDE[0], 1.4 + 0.45 * len(overdue)))
    axes = figure.subplots()
    drawn = axes.barh(np.arange(len(overdue)), overdue, color=style.ACCENT)
    axes.bar_label(drawn, labels=[f"{value:.1%}" for value in overdue], padding=3, fontsize=9)
    axes.set_yticks(range(len(overdue)), [_folded(name) for name in overdue.index])
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(style.percent())
    axes.set_xlabel("share of the segment's customers whose silence is longer than twice their usual gap")
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.1)
    axes.set_title("Who is overdue by their own rhythm")
    return figure


def _folded(words: object, width: int = 28) -> str:
    """The words on as many lines as they need."""
    return textwrap.fill(str(words), width)
