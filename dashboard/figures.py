"""The figures of the pages, by plotly: units on every axis, colours that colour-blind readers can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.wording import label

PALETTE = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F", "#8C6D1F", "#5D3A9B", "#117733", "#882255")
"""Categories, after Okabe and Ito (2008), jfly.uni-koeln.de/color, with darker ones of Paul Tol where they run out."""
INSIDERS = "#D55E00"
_LAYOUT = {
    "margin": {"l": 10, "r": 10, "t": 30, "b": 10},
    "legend": {"orientation": "h", "y": -0.2},
    "hoverlabel": {"align": "left"},
    "separators": ".,",
}


def colours(names: Sequence[str], insiders: Sequence[str] = ()) -> dict[str, str]:
    """A colour for each name, the Insiders always in theirs."""
    others = [name for name in names if name not in insiders]
    made = {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(others)}
    return made | dict.fromkeys(insiders, INSIDERS)


def on_map(customers: pd.DataFrame, segments: pd.DataFrame) -> go.Figure:
    """Customers by map_x and map_y, coloured by segment; the order of the segments is that of their value."""
    named = list(segments["segment"])
    colour = colours(named, list(segments.loc[segments["is_insiders"].astype(bool), "segment"]))
    figure = go.Figure()
    for name in reversed(named):
        part = customers[customers["segment"] == name]
        figure.add_scattergl(
            x=part["map_x"],
            y=part["map_y"],
            mode="markers",
            name=label(name),
            marker={"size": 5, "color": colour[name], "opacity": 0.7},
            text=[label(number) for number in part["customer_id"]],
            hovertemplate=f"customer %{{text}}<br>{label(name)}<extra></extra>",
        )
    figure.update_layout(**_LAYOUT, height=520, legend_traceorder="reversed")
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False}
    figure.update_xaxes(title="first axis of the map (no unit)", range=window(customers["map_x"]), **plain)
    figure.update_yaxes(title="second axis of the map (no unit)", range=window(customers["map_y"]), **plain)
    return figure


def window(places: pd.Series[float]) -> tuple[float, float]:
    """Where an axis begins and ends: one customer far out must not squeeze all others into a corner.

    As far as the values go, but no farther than half the width of their middle 98 % beyond it.
    """
    low, high = places.quantile([0.01, 0.99])
    room = (high - low) / 2 or 1.0
    margin = (high - low) / 40
    return float(max(places.min() - margin, low - room)), float(min(places.max() + margin, high + room))


def outside(customers: pd.DataFrame) -> int:
    """How many customers lie outside the map as it is drawn first."""
    inside = pd.Series(True, customers.index)
    for column in ("map_x", "map_y"):
        inside &= customers[column].between(*window(customers[column]))
    return int((~inside).sum())


def trend(runs: pd.DataFrame, column: str, title: str, *, share: bool = False) -> go.Figure:
    """A figure of every accepted run, in the order of their dates."""
    names = [f"{value:%d %b %Y}" if not pd.isna(value) else "" for value in pd.to_datetime(runs["logical_date"])]
    figure = go.Figure(
        go.Scatter(
            x=list(range(len(runs))),
            y=runs[column],
            mode="lines+markers",
            line={"color": INSIDERS},
            text=names,
            hovertemplate=f"%{{text}}: %{{y:{'.1%' if share else ',.0f'}}}<extra></extra>",
        )
    )
    figure.update_layout(**_LAYOUT, height=260)
    step = max(1, len(runs) // 12)
    figure.update_xaxes(
        title="date of the accepted run", tickvals=list(range(0, len(runs), step)), ticktext=names[::step]
    )
    figure.update_yaxes(title=title, tickformat=".0%" if share else ",.0f", rangemode="tozero")
    return figure


def shares(segments: pd.DataFrame) -> go.Figure:
    """By segment its share of the customers beside its share of their gross revenue."""
    names, places = [label(name, 44) for name in segments["segment"]], list(range(len(segments)))
    figure = go.Figure()
    for column, name, colour in (
        ("customer_share", "share of the segmented customers", PALETTE[4]),
        ("revenue_share", "share of their gross revenue", PALETTE[0]),
    ):
        figure.add_bar(
            y=places, x=segments[column], name=name, orientation="h", marker_color=colour,
            text=[label(whole) for whole in segments["segment"]], textposition="none",
            hovertemplate=f"%{{text}}<br>%{{x:.1%}} {name}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(**_LAYOUT, height=140 + 44 * len(segments), barmode="group")
    figure.update_xaxes(title="share", tickformat=".0%", rangemode="tozero")
    figure.update_yaxes(autorange="reversed", tickvals=places, ticktext=names)
    return figure


def sales(sold: pd.DataFrame, expected: pd.DataFrame, unit: str, coverage: float | None) -> go.Figure:
    """What was sold (series, starts, value) and what is expected (series, starts, mean, lower, upper)."""
    figure = go.Figure()
    names = list(dict.fromkeys([*sold["series"], *expected["series"]]))
    colour = colours(names)
    for name in names:
        past, ahead = sold[sold["series"] == name], expected[expected["series"] == name]
        figure.add_scatter(
            x=past["starts"], y=past["value"], name=label(name), legendgroup=name, line={"color": colour[name]},
            hovertemplate=f"%{{x|%d %b %Y}}<br>%{{y:,.0f}} {label(unit)} sold<extra>{label(name)}</extra>",
        )  # fmt: skip
        _band(figure, ahead, name, colour[name], unit, coverage)
    figure.update_layout(**_LAYOUT, height=460, hovermode="closest")
    figure.update_yaxes(title=f"sold, and expected ({label(unit)})", tickformat=",.0f", rangemode="tozero")
    return figure


def _band(figure: go.Figure, ahead: pd.DataFrame, name: str, colour: str, unit: str, coverage: float | None) -> None:
    """A dashed line of what is expected, between its bounds."""
    if ahead.empty:
        return
    bounds = "bounds" if coverage is None else f"{100 * coverage:.0f} % bounds"
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    figure.add_scatter(
        x=[*ahead["starts"], *ahead["starts"][::-1]], y=[*ahead["upper"], *ahead["lower"][::-1]], fill="toself",
        mode="lines",
        fillcolor=f"rgba({red},{green},{blue},0.15)", line={"width": 0}, legendgroup=name, showlegend=False,
        hoverinfo="skip",
    )  # fmt: skip
    told = ahead[["lower", "upper"]].to_numpy()
    figure.add_scatter(
        x=ahead["starts"], y=ahead["mean"], customdata=told, legendgroup=name, name=f"{label(name)}, expected",
        mode="lines+markers", marker={"size": 5}, line={"color": colour, "dash": "dash"},
        hovertemplate=f"%{{x|%d %b %Y}}<br>%{{y:,.0f}} {label(unit)} expected<br>{bounds}: "
        f"%{{customdata[0]:,.0f}} to %{{customdata[1]:,.0f}}<extra>{label(name)}</extra>",
    )  # fmt: skip
