"""Figures of what the shop sells, and when: concentration, bulk orders, cycles, cohorts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from insiders.charts import style
from insiders.exploration.pareto import lorenz


def pareto_curves(tables: Mapping[str, pd.DataFrame], top: float = 0.2) -> Figure:
    """Share of revenue against share of products (and of whatever else is ranked), with the top share marked."""
    figure = Figure(figsize=style.WIDE)
    ranked_axes, lorenz_axes = figure.subplots(1, 2)
    known = {name: table for name, table in tables.items() if not table.empty}
    for colour, (name, table) in zip(style.colours(len(known)), known.items(), strict=True):
        ranked_axes.plot(table["rank_share"], table["cumulative_share"], label=name, color=colour)
        curve = lorenz(table["revenue"])
        lorenz_axes.plot(curve["group_share"], curve["value_share"], label=name, color=colour)
    ranked_axes.axvline(top, color=style.INK, linestyle=":", linewidth=1)
    ranked_axes.annotate(f"top {top:.0%}", (top, 0.02), xytext=(4, 0), textcoords="offset points", fontsize=9)
    ranked_axes.set(
        xlabel="share of the groups, best first", ylabel="share of gross revenue", xlim=(0, 1), ylim=(0, 1.02)
    )
    ranked_axes.set_title("How few bring most")
    lorenz_axes.plot([0, 1], [0, 1], color=style.OTHERS, linestyle="--", linewidth=1, label="equality")
    lorenz_axes.set(xlabel="share of the groups, smallest first", xlim=(0, 1), ylim=(0, 1.02))
    lorenz_axes.set_ylabel("share of gross revenue")
    lorenz_axes.set_title("Lorenz curve: the lower, the less equal")
    for axes in (ranked_axes, lorenz_axes):
        axes.xaxis.set_major_formatter(style.percent())
        axes.yaxis.set_major_formatter(style.percent())
        axes.legend()
    return figure


def bulk(products: pd.DataFrame, most: int = 12) -> Figure:
    """The products with most pieces sold in bulk lines, and the share of their pieces that this is."""
    shown = products.head(most)
    figure = Figure(figsize=(style.WIDE[0], 1.4 + 0.32 * max(len(shown), 1)))
    axes = figure.subplots()
    bars = axes.barh(np.arange(len(shown)), shown["bulk_items"], color=style.ACCENT)
    labels = [
        f"{share:.0%} of its pieces; largest {largest:,}, usually {usual:g}"
        for share, largest, usual in zip(
            shown["bulk_share"], shown["largest_quantity"], shown["usual_quantity"], strict=True
        )
    ]
    axes.bar_label(bars, labels=labels, padding=4, fontsize=8)
    names = [_short_name(row["product"], row["description"]) for _, row in shown.iterrows()]
    axes.set_yticks(np.arange(len(shown)), names, fontsize=8)
    axes.set(xlabel="pieces sold in bulk lines", xlim=(0, 1.6 * max(1, shown["bulk_items"].max() if len(shown) else 1)))
    axes.xaxis.set_major_formatter(style.thousands())
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_title("Products bought in bulk")
    return figure


def cycles(week: pd.DataFrame, months: pd.DataFrame, currency: str) -> Figure:
    """Revenue per open day by weekday and by month; partial months hatched."""
    figure = Figure(figsize=style.WIDE)
    weekly, monthly = figure.subplots(1, 2, width_ratios=[1, 1.7])
    weekly.bar(week["weekday"].astype(str).str[:3], week["revenue_per_open_day"].fillna(0), color=style.ACCENT)
    weekly.set_title("By weekday")
    for never in np.flatnonzero(week["open_days"] == 0):
        weekly.annotate("closed", (never, 0), ha="center", va="bottom", fontsize=8, rotation=90)
    bars = monthly.bar(range(len(months)), months["revenue_per_open_day"].fillna(0), color=style.ACCENT)
    for bar, partial in zip(bars, months["is_partial"], strict=True):
        bar.set(
            hatch="///" if partial else None, facecolor=style.OTHERS if partial else style.ACCENT, edgecolor="white"
        )
    every = max(1, len(months) // 13)
    ticks = range(0, len(months), every)
    monthly.set_xticks(ticks, [f"{months['month'].iloc[place]:%b %y}" for place in ticks], rotation=45, ha="right")
    monthly.set_title("By month (hatched: not a whole month)")
    for axes in (weekly, monthly):
        axes.yaxis.set_major_formatter(style.money(currency))
        axes.grid(visible=False, axis="x")
    weekly.set_ylabel("gross revenue per open day")
    return figure


def daily(sales: pd.DataFrame, currency: str) -> Figure:
    """Gross revenue of every open day, and its mean over the seven last open days."""
    opened = sales[sales["is_open"]]
    figure = Figure(figsize=(style.WIDE[0], 3.2))
    axes = figure.subplots()
    axes.bar(opened["day"], opened["revenue"], width=1.0, color=style.OTHERS, label="day")
    smooth = opened["revenue"].rolling(7, min_periods=7).mean()
    axes.plot(opened["day"], smooth, color=style.ACCENT, label="mean of the last 7 open days")
    axes.yaxis.set_major_formatter(style.money(currency))
    axes.set(ylabel="gross revenue per day")
    axes.legend(loc="upper left")
    axes.set_title("Every day of the shop")
    return figure


def retention(cohorts: pd.DataFrame, most: int = 24) -> Figure:
    """Share of each monthly cohort that buys again, by months since the first purchase; the last ``most`` cohorts."""
    shares = cohorts[cohorts["months_since"] > 0].pivot(index="cohort", columns="months_since", values="retention")
    shares = shares.tail(most)
    sizes = cohorts.drop_duplicates("cohort").set_index("cohort")["customers"].reindex(shares.index)
    figure = Figure(figsize=(style.WIDE[0], 1.8 + 0.34 * max(len(shares), 2)))
    axes = figure.subplots()
    top = max(0.01, float(np.nanmax(shares.to_numpy(), initial=0.01)))
    image = axes.imshow(shares, cmap=style.SEQUENTIAL, vmin=0, vmax=top, aspect="auto")
    for (row, column), value in np.ndenumerate(shares.to_numpy()):
        if np.isfinite(value) and shares.shape[1] <= 15:
            axes.text(column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=8,
                      color="white" if value < 0.55 * top else style.INK)  # fmt: skip
    axes.set_xticks(range(shares.shape[1]), shares.columns)
    axes.set_yticks(range(len(shares)), [f"{cohort:%b %Y} ({sizes[cohort]:,})" for cohort in shares.index], fontsize=9)
    axes.set(xlabel="months since the first purchase", ylabel="month of the first purchase (customers)")
    axes.grid(visible=False)
    axes.set_title("Who buys again, in percent of the cohort")
    figure.colorbar(image, format=style.percent(), label="share of the cohort buying in that month")
    return figure


def _short_name(product: str, description: str | None, longest: int = 34) -> str:
    text = f"{product}" if pd.isna(description) else f"{product} {description}"
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
