"""Who entered and left since the run that was live before, and which Insiders are at risk of leaving next."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import tables
from dashboard.frame import Look, guarded
from dashboard.parts.customer_list import TOLD, columns, offered, rows_of, turned
from dashboard.queries import customers
from dashboard.queries.customers import Wanted
from dashboard.wording import counted

CHANGES = {"entered": "Became Insiders", "left": "No longer Insiders"}
_WIDTHS = {"customer_id": 80, "gross_revenue": 130, "recency_days": 95, "propensity_30_days": 115,
           "probability_active": 115, "at_risk": 580}  # fmt: skip
_LOOKS = tables.Looks(height=640, wrapped=True, widths=_WIDTHS, told=TOLD)
_CHANGED = tables.Looks(wrapped=True, widths={"customer_id": 80, "why": 460})
_COLUMNS: dict[str, tuple[str, tables.Format]] = {"customer_id": ("customer", None), "why": ("why", None)}


@st.fragment
@guarded
def changed(look: Look, _: pd.DataFrame) -> None:
    """Entries and exits, each with its reason."""
    counts = look.rows(customers.changes(look.run_id)).set_index("change")["customers"].to_dict()
    if not counts:
        st.info("Nobody entered or left since the run that was live before, or this is the first live run.")
        return
    for change, side in zip(CHANGES, st.columns(2), strict=True):
        with side:
            number = int(counts.get(change, 0))
            st.metric(CHANGES[change], counted(number, "customer"))
            if number:
                page = turned(change, number)
                rows = look.rows(customers.changed(look.run_id, change, page))
                tables.show(rows, _COLUMNS, change, _CHANGED)


@st.fragment
@guarded
def at_risk(look: Look, segments: pd.DataFrame) -> None:
    """Insiders who may lose the programme at the next review, those with most revenue first."""
    insiders = int(segments.loc[segments["is_insiders"].astype(bool), "customers"].sum())
    wanted = Wanted(look.run_id, insider=True, at_risk=True)
    number = int(look.rows(customers.count(wanted))["customers"].iloc[0])
    st.metric("Insiders at risk of leaving", counted(number, "customer"), help=f"of {counted(insiders, 'Insider')}")
    if not number:
        st.info("This run names no Insider who is at risk of losing the programme.")
        return
    page = turned("at risk", number)
    every = columns(look.currency)
    tables.show(rows_of(look, wanted, page), {name: every[name] for name in _WIDTHS}, "at risk", _LOOKS)
    st.caption("Highest gross revenue first. The probabilities are those of a purchase within so many days.")
    offered(look, wanted, number, "Download those at risk (CSV)", "insiders_at_risk.csv")
