"""What stands around every page: which run it shows, what is to be known first, and no fault without a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pandas as pd
import sqlalchemy as sa
import streamlit as st

from dashboard import database, places, states
from dashboard.database import Away
from dashboard.memory import MOMENT_S, Memory
from dashboard.places import Places
from dashboard.queries import customers, runs, sales
from dashboard.states import Live
from dashboard.wording import ago, day, plain
from insiders.errors import InsidersError

_CHOICE = 320
"""Width of a choice that stands by itself (pixels)."""
_SHOWN = {"error": st.error, "warning": st.warning, "info": st.info}


@dataclass(frozen=True)
class Look:
    """What a page is about: the live run of a pipeline, and where to ask about it."""

    memory: Memory
    places: Places
    live: Live

    @property
    def run_id(self) -> str:
        """The live run."""
        return self.live.run_id

    def rows(self, query: sa.Select[Any]) -> pd.DataFrame:
        """The answer to a query about the live run."""
        return self.memory.rows(query)

    @property
    def currency(self) -> str:
        """The sign of the shop's money, as the exploration has measured in it; empty where it has not."""
        told = self.rows(runs.metrics(self.run_id, ("eda",)))
        units = told.loc[told["name"] == "gross_revenue", "unit"]
        return str(units.iloc[0]) if len(units) else ""


def page(title: str, having: sa.Select[Any], body: Callable[[Look], None], lacking: str) -> None:
    """A whole page: its title, what is to be known first, and the body for the live run that has what it needs.

    `having` finds the pipelines with rows for this page; `lacking` says what it means that no live run has any.
    """
    st.title(title)
    top = st.container()
    try:
        where = places.load()
    except InsidersError as fault:
        top.error(plain(fault))
        return
    memory = _memory(where.database_url)
    live, newest = None, pd.DataFrame()
    there: list[Live] = []
    try:
        there = [Live.of(row) for _, row in memory.rows(runs.live(), MOMENT_S).iterrows()]
        live = _chosen(there, set(memory.rows(having, MOMENT_S)["pipeline"]))
        newest = memory.rows(runs.newest(live.pipeline if live else None), MOMENT_S)
        if live is not None:
            look = Look(memory, where, live)
            _told_of_run(look)
            body(look)
        elif there:
            st.info(lacking)
    except Away as fault:
        if memory.silence is None or live is not None:
            st.error(plain(fault))
    except InsidersError as fault:
        st.error(plain(fault))
    with top:
        for state in states.told(live, newest, memory.silence, any_live=bool(there)):
            _SHOWN[state.kind](state.text)


def guarded(part: Callable[..., None]) -> Callable[..., None]:
    """A part of a page that is drawn again by itself: what it cannot show it says, and the rest stays."""

    @wraps(part)
    def shown(*arguments: Any) -> None:  # noqa: ANN401 - whatever the part takes
        try:
            part(*arguments)
        except (Away, InsidersError) as fault:
            st.error(plain(fault))

    return shown


@st.cache_resource(show_spinner=False)
def _memory(url: str) -> Memory:
    """The answers of a database, one memory for all who look."""
    return Memory(database.engine(url))


def _chosen(there: list[Live], having: set[str]) -> Live | None:
    """The live run to show; where several pipelines have what the page needs, the reader chooses."""
    fit = {live.pipeline: live for live in there if live.pipeline in having}
    if len(fit) < 2:
        return next(iter(fit.values()), None)
    return fit[st.selectbox("Results of the pipeline", list(fit), width=_CHOICE)]


def data_until(look: Look) -> pd.Timestamp | None:
    """The last whole day of the data, before the first one forecast; without forecasts, the customers' as-of day."""
    first_ahead = look.rows(sales.first_day_ahead(look.run_id))["first_day"].iloc[0]
    if not pd.isna(first_ahead):
        return pd.Timestamp(first_ahead) - pd.Timedelta(days=1)
    one = look.rows(customers.as_of(look.run_id))
    if one.empty:
        return None
    return pd.Timestamp(one["last_purchase"].iloc[0]) + pd.Timedelta(days=int(one["recency_days"].iloc[0]))


def _told_of_run(look: Look) -> None:
    live, last = look.live, data_until(look)
    until = f", data up to {day(last)}" if last is not None else ""
    made = f", made {ago(live.finished_at)}" if live.finished_at else ""
    st.caption(f"Run of {day(live.logical_date)} of the pipeline {plain(live.pipeline)}{made}{until}.")
