"""The choice of series of a level, by name: code and description, each of which can be searched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.frame import Look
from dashboard.queries import series
from dashboard.queries.series import Sought
from dashboard.wording import plain, whole

MOST_CHOSEN = 8


def chosen(look: Look, level: str) -> dict[str, str]:
    """The series that the reader has chosen, each with its name; of a level of one series that one."""
    everything = Sought(look.run_id, level)
    number = int(look.rows(series.count(everything))["series"].iloc[0])
    if number == 1:
        return named(look.rows(series.names(everything)))
    key = f"{level} chosen"
    sought = _sought(everything, number)
    known = named(look.rows(series.names(sought)))
    # What is chosen stays a choice, whatever is searched for next.
    before = tuple(st.session_state.get(key, ()))
    kept = named(look.rows(series.these(look.run_id, level, before))) if before else {}
    names = kept | known
    first = list(known)[:1] if sought == everything else []
    picked = st.multiselect(
        f"Choose one {level} or several", list(names), first, names.__getitem__, key=key,
        max_selections=MOST_CHOSEN, placeholder=f"choose a {level}",
    )  # fmt: skip
    _told(look, sought, len(known), number)
    return {name: names[name] for name in picked}


def named(rows: pd.DataFrame) -> dict[str, str]:
    """By code the name that readers see: the code, and what it is called where that is known."""
    pairs = zip(rows["series"], rows["description"], strict=True)
    return {str(code): title(code, description) for code, description in pairs}


def title(code: object, description: Any = None) -> str:  # noqa: ANN401 - a text or nothing
    """85123A · WHITE HANGING HEART; the code alone where nothing is said of it."""
    said = "" if pd.isna(description) else " ".join(str(description).split())
    return f"{code} · {said}" if said else str(code)


def titled(rows: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Rows with series by their names."""
    return rows.assign(series=rows["series"].map(names))


def searched(label: str, key: str) -> str:
    """Words that the reader looks for in codes and descriptions."""
    return " ".join(st.text_input(label, key=key, placeholder="for example: heart white").split())


def _sought(everything: Sought, number: int) -> Sought:
    """Where there are more than a list can hold, the database looks for the words first."""
    if number <= series.MOST_LISTED:
        return everything
    label = f"Search {whole(number)} series by code or name"
    return Sought(everything.run_id, everything.level, searched(label, f"{everything.level} searched"))


def _told(look: Look, sought: Sought, listed: int, number: int) -> None:
    """How many of how many can be chosen from, where that is not all."""
    if number <= series.MOST_LISTED:
        return
    found = int(look.rows(series.count(sought))["series"].iloc[0])
    if found > listed:
        st.caption(f"Listed are the {whole(listed)} with the most expected, of {whole(found)} that fit.")
    elif not found:
        st.caption(f"No code and no name has all of: {plain(sought.words)}")
