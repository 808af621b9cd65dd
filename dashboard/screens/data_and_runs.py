"""How fresh the data are, what was found wrong with them, which run is live, and what became of all the others."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
import streamlit as st

from dashboard import tables
from dashboard.frame import Look, data_until, guarded, page
from dashboard.memory import MOMENT_S
from dashboard.queries import runs
from dashboard.queries.views import RUNS
from dashboard.states import WHAT_CAME_OF_IT
from dashboard.wording import ago, amount, counted, day, decimal, moment, percent, plain, whole

HAVING = sa.select(RUNS.c.pipeline).where(RUNS.c.live_since.is_not(None)).distinct()
LACKING = "No run is live."
FINDINGS = {
    "rows_read": "rows read",
    "rows_quarantined": "rows set aside, since they break the contract of a transaction",
    "rows_quarantined_share": "share of the rows read that was set aside",
    "rows_repeated": "rows left out, since another file or sheet has them too",
    "buyers": "identified buyers",
    "customers": "customers who came back",
    "gross_revenue": "gross revenue of the customers who came back",
    "net_revenue": "the same, net of returns",
}
"""Metrics of the exploration that say something about the data, in the order in which they are read."""


def show() -> None:
    """The page."""
    page("Data and runs", HAVING, _body, LACKING)


def _body(look: Look) -> None:
    _freshness(look)
    st.subheader("What was found in the data")
    _findings(look)
    st.subheader("Runs")
    _runs(look)
    if look.places.history_url:
        st.link_button("The reviewers' history: executed notebooks, comparisons, approvals", look.places.history_url)


def _freshness(look: Look) -> None:
    live, until = look.live, data_until(look)
    made = live.finished_at or live.live_since
    left, middle, right = st.columns(3)
    left.metric("Data up to", day(until), border=True, help="the last day that the run has looked at")
    middle.metric("Run made", ago(made), border=True, help=moment(made))
    right.metric("Live since", day(live.live_since), border=True, help=moment(live.live_since))
    st.markdown(f"Live is the run {plain(live.run_id)}, on the source {plain(live.source)}.")


def _findings(look: Look) -> None:
    """The measurements of the exploration as a table, then all of the run's as another."""
    measured = look.rows(runs.metrics(look.run_id))
    first = measured[(measured["step"] == "eda") & measured["name"].isin(FINDINGS)]
    if first.empty:
        st.info("This run has measured nothing of its source; a panel of sales is checked when it is read.")
    else:
        found = first.set_index("name").reindex([name for name in FINDINGS if name in set(first["name"])]).reset_index()
        told = pd.DataFrame(
            {"what": found["name"].map(FINDINGS), "value": [_value(one) for _, one in found.iterrows()]}
        )
        tables.show(told, {"what": ("finding", None), "value": ("value", None)}, "findings")
    with st.expander("Everything that the steps of this run have measured"):
        wide = pd.DataFrame({"step": measured["step"], "name": measured["name"],
                             "value": [_value(one) for _, one in measured.iterrows()]})  # fmt: skip
        columns: dict[str, tuple[str, tables.Format]] = {str(name): (str(name), None) for name in wide}
        tables.show(wide, columns, "metrics")


def _value(one: pd.Series) -> str:
    """A measurement with its unit."""
    value, unit = one["value"], str(one["unit"] or "")
    if pd.isna(value):
        return str(one["text"])
    if unit == "share" or str(one["name"]).endswith("_share"):
        return f"{percent(value)} {'' if unit == 'share' else unit}".rstrip()
    number = float(value)
    if unit and len(unit) <= 3:
        return amount(number, unit)
    return f"{whole(number) if number.is_integer() else decimal(number, 3)} {unit}".rstrip()


@st.fragment
@guarded
def _runs(look: Look) -> None:
    """The runs of a pipeline, newest first."""
    known = look.memory.rows(runs.pipelines(), MOMENT_S)
    counts = {str(name): int(number) for name, number in zip(known["pipeline"], known["runs"], strict=True)}
    names = list(counts)
    pipeline = st.selectbox("Pipeline", names, names.index(look.live.pipeline), key="pipeline")
    number = counts[pipeline]
    pages = -(-number // runs.PAGE)
    page = int(st.number_input(f"Page (of {whole(pages)})", 1, pages, 1, key="page of runs")) - 1 if pages > 1 else 0
    past = look.memory.rows(runs.past(pipeline, page), MOMENT_S)
    tables.show(past.assign(**_words(past)), _COLUMNS, "runs", tables.Looks(widths={"run_id": 275}))
    st.caption(f"{counted(number, 'run')} of {plain(pipeline)}; accepted are those that were live once. Times are UTC.")


def _words(past: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that say something in words."""
    live = past["live_since"].notna()
    status = [WHAT_CAME_OF_IT.get(one, one) for one in past["status"]]
    took = (pd.to_datetime(past["finished_at"]) - pd.to_datetime(past["started_at"])).dt.total_seconds() / 60
    return {
        "became": pd.Series(["live" if now else one for now, one in zip(live, status, strict=True)], past.index),
        "minutes": took,
    }


_COLUMNS: dict[str, tuple[str, tables.Format]] = {
    "run_id": ("run", None),
    "logical_date": ("for the date", tables.date),
    "became": ("what came of it", None),
    "started_at": ("started", lambda value: f"{value:%Y-%m-%d %H:%M}"),
    "minutes": ("took (minutes)", tables.number),
    "accepted_at": ("accepted", tables.date),
    "approved_by": ("approved by", None),
    "source": ("source", None),
    "synthetic": ("generated data", tables.yes_no),
}
