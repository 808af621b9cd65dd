"""Customers by number, segment, country, revenue or risk, with the rule that admitted each; by the page, and as CSV."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import downloads, tables
from dashboard.frame import Look, guarded
from dashboard.queries import customers
from dashboard.queries.customers import MOST_ROWS, PAGE, Wanted
from dashboard.wording import counted, plain, whole

SHORT = ("customer_id", "is_insider", "segment", "gross_revenue", "recency_days", "propensity_30_days", "why")
"""What a list shows of everybody; the other columns stand under it, of the customer whose row is marked."""
TOLD = {
    "recency_days": "days between the last purchase and the last day of the data",
    "propensity_30_days": "probability that the customer buys within 30 days",
    "probability_active": "probability that the customer buys within 90 days",
    "at_risk": "what speaks for the customer losing the programme",
    "why": "the rule that makes a customer an Insider, or what is missing",
}
"""What headings leave out."""
_PAGE_WIDTH = 200
_WIDTHS = {"customer_id": 80, "is_insider": 70, "segment": 170, "gross_revenue": 130, "recency_days": 95,
           "propensity_30_days": 115, "why": 415}  # fmt: skip
_LOOKS = tables.Looks(height=560, widths=_WIDTHS, told=TOLD)
WHO = {"everybody": None, "Insiders only": True, "others only": False}


@st.fragment
@guarded
def found(look: Look, segments: pd.DataFrame) -> None:
    """Filters, how many they find, one page of them, and all of them as CSV."""
    wanted = _asked(look, segments)
    matches = _count(look, wanted, segments)
    st.markdown(f"**{counted(matches, 'customer')} found**, highest gross revenue first.")
    if not matches:
        st.info("Nobody fits all of these filters: take one away.")
        return
    every = columns(look.currency)
    rows = rows_of(look, wanted, turned("customers", matches))
    one = tables.marked(rows, {name: every[name] for name in SHORT}, "customers", _LOOKS)
    st.caption("“Why” is the rule that makes a customer an Insider, or what is missing. Mark a row to read all of it.")
    if one is not None:
        _in_full(one, every)
    offered(look, wanted, matches, "Download this list (CSV)", "customers.csv")


def offered(look: Look, wanted: Wanted, matches: int, text: str, name: str) -> None:
    """A list as a CSV file, made when it is asked for; formulas in it are neutralised."""
    query = customers.whole_list(wanted)
    st.download_button(
        text, partial(downloads.csv, look.memory.source, query), name, "text/csv", key=name, on_click="ignore"
    )
    if matches > MOST_ROWS:
        st.caption(f"The file holds the first {whole(MOST_ROWS)} rows; narrow the list for the others.")


def rows_of(look: Look, wanted: Wanted, page: int) -> pd.DataFrame:
    """One page of a list: who is on it, then their rows."""
    numbers = look.rows(customers.numbers(wanted, page))["customer_id"].tolist()
    rows = look.rows(customers.these(wanted.run_id, numbers))
    return rows.sort_values(["gross_revenue", "customer_id"], ascending=[False, True], ignore_index=True)


def turned(name: str, rows: int) -> int:
    """Which page of a list is shown, from 0; the reader turns pages where there is more than one."""
    pages = -(-rows // PAGE)
    if pages < 2:
        return 0
    asked = st.number_input(f"Page (of {whole(pages)})", 1, pages, 1, key=f"page of {name}", width=_PAGE_WIDTH)
    return int(asked) - 1


def columns(currency: str) -> dict[str, tuple[str, tables.Format]]:
    """How the columns of a list of customers are headed and written."""
    return {
        "customer_id": ("customer", None),
        "is_insider": ("Insider", tables.yes_no),
        "segment": ("segment", None),
        "gross_revenue": (f"gross revenue ({currency})", tables.number),
        "why": ("why", None),
        "n_invoices": ("purchase invoices", tables.count),
        "avg_ticket": (f"average ticket ({currency})", tables.number),
        "recency_days": ("days silent", tables.count),
        "country": ("country", None),
        "probability_high_value": ("high value next quarter", tables.share),
        "probability_active": ("buys in 90 days", tables.share),
        "propensity_30_days": ("buys in 30 days", tables.share),
        "expected_revenue_90_days": (f"expected net revenue in 90 days ({currency})", tables.count),
        "at_risk": ("at risk, since", None),
    }


def _in_full(one: pd.Series, every: dict[str, tuple[str, tables.Format]]) -> None:
    """All that is known of one customer."""
    told = tables.written(one, every)
    with st.container(border=True):
        st.markdown("  \n".join(f"**{plain(heading)}**: {plain(value)}" for heading, value in told.items()))


def _count(look: Look, wanted: Wanted, segments: pd.DataFrame) -> int:
    """How many a list has; where the segments know it already, nobody counts a million rows."""
    if not wanted.plain:
        return int(look.rows(customers.count(wanted))["customers"].iloc[0])
    known = segments[segments["segment"].isin(wanted.segments)] if wanted.segments else segments
    if wanted.insider is not None:
        known = known[known["is_insiders"].astype(bool) == wanted.insider]
    return int(known["customers"].sum())


def _asked(look: Look, segments: pd.DataFrame) -> Wanted:
    """What the reader filters by."""
    names = tuple(segments["segment"])
    countries = look.rows(customers.countries(look.run_id))["country"].tolist()
    left, middle, right = st.columns(3)
    number = left.text_input("Customer number begins with", key="number").strip()
    who = left.radio("Who", list(WHO), key="who", horizontal=True)
    chosen = middle.multiselect("Segments", names, key="segments", placeholder="all segments")
    lands = middle.multiselect("Countries", countries, key="countries", placeholder="all countries")
    money = plain(look.currency)
    least = right.number_input(f"Gross revenue from ({money})", 0.0, value=None, step=100.0, key="revenue")
    risk = right.checkbox("At risk of leaving only", key="risk")
    return Wanted(look.run_id, number, WHO[who], tuple(chosen), tuple(lands), risk, least)
