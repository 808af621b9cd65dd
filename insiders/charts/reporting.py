"""Figures of the report: where the Insiders stand, what sets segments apart, what they bring and are expected to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib import dates
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from insiders.charts import style
from insiders.language import Language, mark
from insiders.membership.hysteresis import Hysteresis

TRAIT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "gross_revenue": mark("gross revenue"),
        "n_invoices": mark("purchase invoices"),
        "avg_ticket": mark("mean ticket of the customer"),
        "n_items": mark("pieces bought"),
        "n_products": mark("different products bought"),
        "avg_basket_products": mark("products per basket"),
        "recency_days": mark("days since the last purchase"),
        "avg_gap_days": mark("mean days between visits"),
        "return_share": mark("share of value returned"),
    }
)
"""Features in a manager's words."""

MONEY = ("gross_revenue", "avg_ticket")


def space(customers: pd.DataFrame, language: Language) -> Figure:
    """The two-dimensional map of the customers, Insiders in front."""
    figure = Figure(figsize=style.SQUARE)
    axes = figure.subplots()
    for name, member, colour, size in (
        (language.say("others"), ~customers["is_insider"], style.OTHERS, 6),
        ("Insiders", customers["is_insider"], style.INSIDERS, 12),
    ):
        shown = customers[member]
        axes.scatter(
            shown["map_x"], shown["map_y"], s=size, color=colour, linewidths=0, alpha=0.7, rasterized=True,
            label=f"{name} ({language.whole(len(shown))})",
        )  # fmt: skip
    axes.set_xlabel(language.say("first coordinate of the map (no unit)"))
    axes.set_ylabel(language.say("second coordinate of the map (no unit)"))
    axes.set(xticklabels=[], yticklabels=[])
    axes.legend(markerscale=2)
    axes.set_title(language.say("Where the Insiders stand among the customers"))
    return figure


def profile(medians: pd.DataFrame, overall: pd.Series, language: Language) -> Figure:
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
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{language.short(value)}×"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(places, [language.say(TRAIT_NAMES[trait]) for trait in shown])
    axes.invert_yaxis()
    axes.set_xlabel(
        language.say("median of the segment over the median of all segmented customers (logarithmic; 1× is the same)")
    )
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title(language.say("What sets every segment apart"))
    return figure


def outlook(
    history: pd.Series, days: pd.DataFrame, currency: str, language: Language, *, shown_days: int = 120
) -> Figure:
    """The Insiders' revenue of the last days and the forecast with its daily bounds."""
    figure = Figure(figsize=style.WIDE)
    axes = figure.subplots()
    recent = history[history.index > history.index.max() - pd.Timedelta(days=shown_days)]
    axes.bar(recent.index, recent, width=1.0, color=style.OTHERS, label=language.say("sold"))
    label = language.say("{coverage} bounds of a day", coverage=language.percent(float(days["coverage"].iloc[0]), 0))
    axes.vlines(days["date"], days["lower"], days["upper"], color=style.INSIDERS, alpha=0.3, linewidth=4, label=label)
    axes.plot(days["date"], days["mean"], "o", color=style.INSIDERS, markersize=5, label=language.say("expected"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: language.short_money(value, currency)))
    axes.xaxis.set_major_locator(dates.MonthLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.month(dates.num2date(value).date())))
    axes.set_ylabel(language.say("gross revenue per day"))
    axes.legend(loc="upper left")
    axes.set_title(language.say("What the Insiders brought, and what is expected of them"))
    return figure


def standing(today: pd.DataFrame, rule: Hysteresis, language: Language) -> Figure:
    """Members and others by their height over the programme's line, with the heights of entry and exit."""
    figure = Figure(figsize=(style.WIDE[0], 3.8))
    axes = figure.subplots()
    heights = today["ratio"].clip(lower=0.02)
    bins = np.geomspace(0.02, max(2.0, float(heights.max()) * 1.01), 50).tolist()
    for label, member, colour in (
        (language.say("others"), False, style.OTHERS),
        (language.say("members"), True, style.INSIDERS),
    ):
        axes.hist(heights[today["member"] == member], bins=bins, color=colour, alpha=0.8, label=label)
    axes.axvline(rule.entry, color=style.INK, label=language.say("entry"))
    axes.axvline(rule.exit, color=style.INK, linestyle="--", label=language.say("exit"))
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.percent(value, 0)))
    axes.set_xlabel(language.say("standing of the customer: own value over the programme's line (logarithmic)"))
    axes.set_ylabel(language.say("customers"))
    axes.legend()
    axes.set_title(language.say("Who stands above the line, and who just below"))
    return figure


def membership(members: pd.DataFrame, language: Language) -> Figure:
    """Members at every review, and who entered and left there."""
    figure = Figure(figsize=(style.WIDE[0], 3.6))
    axes = figure.subplots()
    before = members.shift(1, fill_value=False)
    came, went = (members & ~before).sum(axis=1).iloc[1:], (before & ~members).sum(axis=1).iloc[1:]
    axes.plot(members.index, members.sum(axis=1), "o-", color=style.INK, label=language.say("members"))
    axes.bar(came.index, came, width=14, color=style.ACCENT, label=language.say("entered"))
    axes.bar(went.index, -went, width=14, color=style.INSIDERS, label=language.say("left"))
    axes.axhline(0, color=style.INK, linewidth=0.8)
    axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: language.month(dates.num2date(value).date())))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: language.short(abs(value))))
    axes.set_ylabel(language.say("customers"))
    axes.legend(ncols=3)
    axes.set_title(language.say("Members at every review, and who came and went"))
    return figure
