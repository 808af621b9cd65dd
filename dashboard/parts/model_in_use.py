"""Which model makes the forecast, what it learnt from, and its training report."""

from __future__ import annotations

import streamlit as st

from dashboard import models
from dashboard.frame import Look
from dashboard.parts.sales import Level
from dashboard.wording import plain


def told(look: Look, level: Level) -> None:
    """The model in a sentence, and its report to take away."""
    registered = models.registered(look.places.champion(look.live.pipeline, look.run_id, level.name))
    if registered is None:
        st.markdown(
            f"The model in use is **{plain(models.name(level.model))}**. Its files are not on this host "
            "(INSIDERS_OUTPUT): its report and live forecasts need the folder of the run."
        )
        return
    st.markdown(
        f"The model in use is **{plain(models.name(level.model))}**, which learnt from {plain(registered.first_day)} "
        f"to {plain(registered.last_day)}; SHA-256 of its file {plain(registered.sha256[:12])}…"
    )
    if registered.report is not None:
        st.download_button(
            "Its training report (HTML)", registered.report, f"training_report_{level.name}.html", "text/html",
            key=f"report of {level.name}", on_click="ignore",
        )  # fmt: skip
