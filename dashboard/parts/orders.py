"""What to order: of every series what it should sell over the whole horizon, and how much is enough in most cases."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import downloads, tables
from dashboard.frame import Look, guarded
from dashboard.parts import choice
from dashboard.parts.customer_list import turned
from dashboard.parts.sales import Level
from dashboard.queries import series
from dashboard.queries.customers import PAGE
from dashboard.queries.series import Sought
from dashboard.wording import counted, day, percent, plain
from insiders.wording import listing

PIECES = "pieces"


@st.fragment
@guarded
def listed(look: Look, level: Level) -> None:
    """A search, one page of the series that fit, and all of them as CSV."""
    sought = _asked(look, level)
    matches = int(look.rows(series.count(sought))["series"].iloc[0])
    st.markdown(f"**{counted(matches, 'series', 'series')}**, the most expected first; amounts in {plain(level.unit)}.")
    if not matches:
        st.info("No series fits: look for other words.")
        return
    rows = look.rows(series.page(sought, turned(f"{level.name} orders", matches)))
    if rows["description"].isna().all():
        rows = rows.drop(columns="description")
    tables.show(rows, _columns(level), f"orders of {level.name}")
    st.caption(_read(level))
    made, file = partial(downloads.csv, look.memory.source, series.whole_list(sought)), f"orders_{level.name}.csv"
    st.download_button("Download this list (CSV)", made, file, "text/csv", key=file, on_click="ignore")


def _asked(look: Look, level: Level) -> Sought:
    everything = Sought(look.run_id, level.name)
    if int(look.rows(series.count(everything))["series"].iloc[0]) <= PAGE:
        return everything
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        words = choice.searched("Search by code or name", f"{level.name} orders searched")
    flagged = right.checkbox("With a flag only", key=f"{level.name} flagged")
    return Sought(look.run_id, level.name, words, flagged)


def _columns(level: Level) -> dict[str, tuple[str, tables.Format]]:
    most = "order up to" if level.unit == PIECES else "upper bound"
    enough = {name: (f"{most} ({share})", tables.count) for name, share in _enough(level).items()}
    return {
        "series": (level.name, None),
        "description": ("name", None),
        "mean": ("expected", tables.count),
        "lower": ("lower bound", tables.count),
        **enough,
        "kind": ("how it sells", None),
        "flags": ("look twice", None),
        "sold": ("sold before", tables.count),
    }


def _enough(level: Level) -> dict[str, str]:
    """By upper bound the share of periods in which it suffices: half of what bounds leave out lies below them."""
    shares = {"upper": (1 + level.coverage) / 2, "upper_95": (1 + 0.95) / 2}
    told = {name: percent(share, 0 if round(100 * share, 6).is_integer() else 1) for name, share in shares.items()}
    return told if told["upper"] != told["upper_95"] else {"upper": told["upper"]}


def _read(level: Level) -> str:
    """How the table is to be read."""
    sums = (
        f"Sums of {day(level.first)} to {day(level.until)}; “sold before” is of as many days. The lower bound belongs "
        f"to the {percent(level.coverage, 0)} bounds of the sum; the upper ones are made to be enough in "
        f"{listing(list(_enough(level).values()))} of such periods. Where they are many times what is expected, "
        "earlier forecasts of the series were that far off."
    )
    kinds = (
        "How it sells is guessed from the sales: smooth is often and evenly, erratic often and unevenly, intermittent "
        "now and then, lumpy now and then and unevenly. What was out of stock is forecast too low."
    )
    stock = " What is in stock already is to be taken off." if level.unit == PIECES else ""
    return f"{sums}{stock} {kinds}"
