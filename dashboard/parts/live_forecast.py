"""A forecast for filters that no run has looked at, made now by the registered model of the level."""

from __future__ import annotations

import importlib
import time
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import figures, models
from dashboard.frame import Look, guarded
from dashboard.parts.sales import Level
from dashboard.queries.periods import GRANULARITIES
from dashboard.wording import amount, decimal, plain
from insiders.errors import InsidersError

LONGEST = 90
_BOUNDS = 80


def mechanism() -> Any:  # noqa: ANN401 - a module
    """`insiders.forecasting.live`, loaded when it is first wanted: its libraries take seconds."""
    return importlib.import_module("insiders.forecasting.live")


@st.fragment
@guarded
def asked(look: Look, level: Level) -> None:
    """Filters, horizon and granularity, and the forecast when it is asked for."""
    folder = look.places.champion(look.live.pipeline, look.run_id, level.name)
    if not (folder / "history.parquet").is_file():
        st.info("There is no registered model with its history on this host, so nothing can be forecast at once.")
        return
    if not st.toggle("Choose other filters", key=f"{level.name} live"):
        return
    known = _filters(str(folder))
    with st.form(f"{level.name} live form"):
        sides = st.columns(max(1, len(known)))
        filters = {
            name: tuple(side.multiselect(name.capitalize(), values, key=f"{level.name} live {name}"))
            for side, (name, values) in zip(sides, known.items(), strict=False)
        }
        left, right = st.columns(2)
        horizon = int(left.slider("Horizon (days ahead)", 1, LONGEST, 28, key=f"{level.name} live horizon"))
        by = str(right.radio("Granularity", GRANULARITIES, 0, horizontal=True, key=f"{level.name} live by"))
        wanted = st.form_submit_button("Forecast now")
    if wanted:
        _made(str(folder), tuple(sorted(filters.items())), horizon, by)


@st.cache_data(max_entries=64, show_spinner="The libraries of the models are loaded, once, which takes some seconds…")
def _filters(folder: str) -> dict[str, list[str]]:
    """By attribute the values to choose from."""
    found: dict[str, list[str]] = mechanism().series_of(Path(folder))
    return found


@st.cache_data(max_entries=256, show_spinner="The registered model forecasts…")
def _forecast(folder: str, filters: tuple[tuple[str, tuple[str, ...]], ...], horizon: int, by: str) -> dict[str, Any]:
    """What the registered model says, and the seconds that it took; kept, since the same question has one answer."""
    began = time.perf_counter()
    said = mechanism().forecast(Path(folder), {name: list(values) for name, values in filters}, horizon, by)
    facts = {name: getattr(said, name) for name in ("rows", "total", "unit", "model", "verdict", "note")}
    return facts | {"seconds": time.perf_counter() - began}


def _made(folder: str, filters: tuple[tuple[str, tuple[str, ...]], ...], horizon: int, by: str) -> None:
    """Numbers and chart of a live forecast."""
    try:
        said = _forecast(folder, filters, horizon, by)
    except InsidersError as fault:
        st.warning(plain(fault))
        return
    unit, total = said["unit"], said["total"]
    low, high = (amount(total[f"{end}_{_BOUNDS}"], unit) for end in ("lower", "upper"))
    left, right = st.columns(2)
    left.metric(
        "Expected", amount(total["yhat"], unit), border=True, help=f"{_BOUNDS} % bounds {plain(low)} to {plain(high)}"
    )
    right.metric("Accuracy", said["verdict"], border=True, help="of the model on periods that it had not seen")
    st.plotly_chart(figures.sales(*_as_series(said["rows"]), unit, _BOUNDS / 100), key="live figure")
    st.caption(
        f"By {plain(models.name(said['model']))}, in {decimal(said['seconds'], 1)} seconds. {plain(said['note'])}"
    )


def _as_series(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a live forecast in the form of those that are published."""
    rows = rows.rename(columns={"ds": "starts"}).assign(series="this choice")
    past = rows[rows["yhat"].isna()].rename(columns={"y": "value"})[["series", "starts", "value"]]
    names = {"yhat": "mean", f"lower_{_BOUNDS}": "lower", f"upper_{_BOUNDS}": "upper"}
    ahead = rows[rows["yhat"].notna()].drop(columns="y").rename(columns=names)
    return past, ahead[["series", "starts", "mean", "lower", "upper"]].reset_index(drop=True)
