"""What chosen stores, categories or products sold, and what is expected of them: figures, a chart, all rows as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import figures, tables, timeline
from dashboard.frame import Look
from dashboard.parts import choice
from dashboard.queries import sales, series
from dashboard.queries.periods import DAY
from dashboard.queries.series import Sought
from dashboard.timeline import Axis
from dashboard.wording import amount, between, counted, day, percent, plain

SHOWN_BEFORE = timedelta(days=365)


@dataclass(frozen=True)
class Level:
    """What a level was forecast with."""

    name: str
    model: str
    unit: str
    coverage: float
    first: pd.Timestamp
    """First day of the forecast."""
    last: pd.Timestamp
    """Its last day, or the first one of its last week or month."""
    days: int
    """Days, weeks or months forecast."""
    lower: float
    """Of all its series together over the whole horizon."""
    upper: float

    @property
    def step(self) -> str:
        """What one row stands for: a day, a week or a month."""
        return timeline.native(self.first, self.last, self.days)

    @property
    def until(self) -> pd.Timestamp:
        """Last day of the forecast."""
        return timeline.last_day(self.last, self.step)


def level_of(look: Look, name: str) -> Level:
    """The forecast of a level in the live run; where two models have one, the one whose sum was judged on more."""
    one = look.rows(sales.totals(look.run_id, name)).sort_values("periods", ascending=False).iloc[0]
    return Level(
        name, str(one["model"]), str(one["unit"]), float(one["coverage"]), one["first_day"], one["last_day"],
        int(one["days"]), float(one["lower"]), float(one["upper"]),
    )  # fmt: skip


def shown(look: Look, level: Level) -> dict[str, str]:
    """The choice of series, period, granularity and horizon, and what comes of it; the names of the series chosen."""
    names = choice.chosen(look, level.name)
    chosen = tuple(names)
    if not chosen:
        st.info(f"Choose one {plain(level.name)} at least.")
        return {}
    axis = _axis(look, level, chosen)
    if axis is None:
        st.info("What was sold of this choice was not published: the run is from before the history was kept.")
        return names
    period = (axis.first, axis.last)
    sold = look.rows(sales.sold(look.run_id, level.name, chosen, period, axis.granularity))
    asked = sales.expected(look.run_id, level.name, level.model, chosen, axis.until, axis.granularity)
    expected = look.rows(asked)
    _numbers(sold, expected, level, axis, _bounds(look, level, chosen, expected, axis))
    past, ahead, cut = timeline.joined(sold, expected, axis)
    past, ahead = choice.titled(past, names), choice.titled(ahead, names)
    st.plotly_chart(figures.sales(past, ahead, level.unit, level.coverage), key="sales")
    st.caption(_read(level, axis, cut))
    _rows(past, ahead, level)
    return names


def _axis(look: Look, level: Level, chosen: tuple[str, ...]) -> Axis | None:
    """What period, granularity and horizon the reader asks for, within what there is."""
    past = look.rows(sales.span(look.run_id, level.name, chosen)).iloc[0]
    if pd.isna(past["first"]):
        return None
    # A day that the data cut short is forecast, whatever was sold of it.
    last = min(timeline.last_day(past["last"], level.step), level.first - pd.Timedelta(days=1)).date()
    first = min(past["first"].date(), last)
    end = level.until.date()
    left, middle, right = st.columns(3)
    begins = max(first, last - SHOWN_BEFORE)
    period = left.date_input("Period of the history", (begins, last), first, last, key=f"{level.name} period")
    choices = timeline.coarser(level.step)
    by = middle.radio("Granularity", choices, min(1, len(choices) - 1), horizontal=True, key=f"{level.name} by")
    longest = (end - last).days
    ahead = right.slider("Horizon (days ahead)", 1, longest, longest, key=f"{level.name} horizon") if longest > 1 else 1
    # While the reader has picked one end of the period only, the other is that of the data.
    picked = list(period) if isinstance(period, tuple) else [period]
    since = picked[0] if picked else begins
    until = last + timedelta(days=int(ahead))
    return Axis(str(by), since, picked[1] if len(picked) > 1 else last, until, until >= end)


def _bounds(
    look: Look, level: Level, chosen: tuple[str, ...], expected: pd.DataFrame, axis: Axis
) -> tuple[float, float, str]:
    """Bounds of the expected sum of all that is chosen: lower, upper, and what they are."""
    share = percent(level.coverage, 0)
    if not axis.whole:
        said = (
            "Only sums of the whole horizon were judged, and this one is cut short: these are the bounds of its days "
            "added up, as if all days erred the same way, so that as a rule the truth lies within more often than "
            f"{share}."
        )
        return expected["lower"].sum(), expected["upper"].sum(), said
    each = look.rows(series.these(look.run_id, level.name, chosen))
    if len(chosen) == 1:
        said = "These bounds are the sum's own, from the errors of such sums on held-out periods."
        if (each["upper"] - each["lower"]).sum() > (expected["upper"] - expected["lower"]).sum():
            said += " They are wider than those of its days added up: whole periods leapt away from their forecasts."
        return each["lower"].sum(), each["upper"].sum(), said
    number = look.rows(series.count(Sought(look.run_id, level.name)))["series"].iloc[0]
    if len(chosen) == number:
        said = "These bounds are those of all together, from the errors of such sums on held-out periods."
        return level.lower, level.upper, said
    said = (
        "The bounds of each one's own sum added up, as if all of them were missed the same way: errors of several "
        f"cancel in part, so that as a rule the truth lies within more often than {share}. A forecast of this very "
        "choice has its own bounds: see “Another choice, forecast now”."
    )
    return each["lower"].sum(), each["upper"].sum(), said


def _numbers(
    sold: pd.DataFrame, expected: pd.DataFrame, level: Level, axis: Axis, bounds: tuple[float, float, str]
) -> None:
    """What was sold in the period, and what is expected in the horizon, of all that was chosen."""
    left, middle, right = st.columns([2, 2, 3])
    left.metric(
        "Sold in the period", amount(sold["value"].sum(), level.unit), border=True,
        help=f"{day(axis.first)} to {day(axis.last)}, all that is chosen together",
    )  # fmt: skip
    middle.metric(
        "Expected in the horizon", amount(expected["mean"].sum(), level.unit), border=True,
        help=f"{day(level.first)} to {day(axis.until)}, all that is chosen together",
    )  # fmt: skip
    low, high, said = bounds
    right.metric(
        f"{percent(level.coverage, 0)} bounds of that sum", between(low, high, level.unit), border=True, help=said
    )
    st.caption(said)


def _read(level: Level, axis: Axis, cut: bool) -> str:
    """How the figure is to be read."""
    said = [f"Solid: sold, in {plain(level.unit)}. Dashed: expected, with {percent(level.coverage, 0)} bounds."]
    if axis.granularity != DAY:
        said.append(
            f"The bounds of a {axis.granularity} are its days' bounds added up, as if all days erred the same way: "
            "errors of days cancel in part, so the truth lies within more often than that."
        )
        said.append(f"The {axis.granularity} under way has what was sold of it so far.")
    if cut:
        said.append(f"A {axis.granularity} that the chosen days hold only in part is left out.")
    return " ".join(said)


def _rows(past: pd.DataFrame, ahead: pd.DataFrame, level: Level) -> None:
    """The figure as a table."""
    with st.expander("The numbers of this figure"):
        unit = level.unit
        both = pd.concat([past.rename(columns={"value": "sold"}), ahead], ignore_index=True)
        written = {
            "series": (level.name, None),
            "starts": ("from", tables.date),
            "sold": (f"sold ({unit})", tables.count),
            "mean": (f"expected ({unit})", tables.count),
            "lower": (f"lower bound ({unit})", tables.count),
            "upper": (f"upper bound ({unit})", tables.count),
        }
        tables.show(both.sort_values(["series", "starts"]), written, "rows")
        st.caption(f"{counted(len(both), 'row')}; the menu of the table downloads them as CSV.")
