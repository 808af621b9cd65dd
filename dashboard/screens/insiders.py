"""Who the Insiders are: size and trend, the map, segments side by side, lists, who came and went, answers in short."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
import streamlit as st

from dashboard import figures
from dashboard.frame import Look, page
from dashboard.parts import customer_list, level, membership, segments
from dashboard.queries import customers, runs, sales
from dashboard.queries.customers import Wanted
from dashboard.queries.views import SEGMENTS
from dashboard.wording import amount, counted, percent, plain, whole

HAVING = sa.select(SEGMENTS.c.pipeline).distinct()
LACKING = "The live runs have no customers: their source is a panel of sales. See Store, Category and Product."


def show() -> None:
    """The page."""
    page("Insiders", HAVING, _body, LACKING)


def _body(look: Look) -> None:
    profiles = look.rows(customers.segments(look.run_id))
    insiders = profiles[profiles["is_insiders"].astype(bool)]
    if insiders.empty:
        st.info("The live run has no segment of Insiders.")
        return
    _headline(look, insiders.iloc[0], profiles)
    for tab, draw in zip(st.tabs(list(PARTS), key="part", bind="query-params"), PARTS.values(), strict=True):
        if tab.open:
            with tab:
                draw(look, profiles)


def _headline(look: Look, one: pd.Series, profiles: pd.DataFrame) -> None:
    """Four numbers, each with its denominator, and the list to take away."""
    everybody = int(profiles["customers"].sum())
    size, share, revenue, items = st.columns(4)
    size.metric(
        "Insiders (customers)", whole(one["customers"]), border=True,
        help=f"{percent(one['customer_share'])} of {counted(everybody, 'segmented customer')}",
    )  # fmt: skip
    share.metric(
        "Share of customers", percent(one["customer_share"]), border=True,
        help=f"of {counted(everybody, 'segmented customer')}: those who came back at least once",
    )  # fmt: skip
    revenue.metric(
        "Share of revenue", percent(one["revenue_share"]), border=True,
        help=f"gross: {plain(amount(one['gross_revenue'], look.currency))} of what the segmented customers bought",
    )  # fmt: skip
    items.metric("Gross revenue", amount(one["gross_revenue"], look.currency), border=True,
                 help=f"net of returns {plain(amount(one['net_revenue'], look.currency))}")  # fmt: skip
    wanted = Wanted(look.run_id, insider=True)
    customer_list.offered(look, wanted, int(one["customers"]), "Download the Insiders (CSV)", "insiders.csv")


def _trend(look: Look, _: pd.DataFrame) -> None:
    """The group over the accepted runs."""
    past = look.rows(runs.trend(look.live.pipeline))
    if len(past) < 2:
        st.info("A trend needs two accepted runs at least; there is one so far, whose numbers stand above.")
        return
    for column, title, share in (
        ("customers", "Insiders (customers)", False),
        ("customer_share", "share of segmented customers", True),
        ("revenue_share", "share of their gross revenue", True),
    ):
        st.plotly_chart(figures.trend(past, column, title, share=share), key=f"trend {column}")
    st.caption(
        f"{counted(len(past), 'accepted run')}; runs that failed or were never accepted are not in the trend. Each run "
        "chooses the group anew, so these are not the same customers every time."
    )


def _expected(look: Look, _: pd.DataFrame) -> None:
    """What the Insiders together brought, and what they should bring."""
    if look.rows(sales.totals(look.run_id, level.WHOLE)).empty:
        st.info("This run has not forecast what the Insiders bring.")
        return
    level.shown(look, level.WHOLE)


def _answers(look: Look, _: pd.DataFrame) -> None:
    """The report's answers in short."""
    found = look.rows(customers.answers(look.run_id))
    if found.empty:
        st.info("This run has published no answers.")
    for question, text in zip(found["question"], found["text"], strict=True):
        st.markdown(f"**{plain(question)}**")
        st.markdown(plain(text))


PARTS = {
    "Overview": _trend,
    "Segments": segments.profiles,
    "Map": segments.on_map,
    "Customers": customer_list.found,
    "Entered and left": membership.changed,
    "At risk": membership.at_risk,
    "Expected revenue": _expected,
    "Answers": _answers,
}
"""What is drawn when its tab is open; the address of the page names the tab."""
