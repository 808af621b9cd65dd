"""What a page says of one level: store, category, product, or the Insiders together."""

from __future__ import annotations

import streamlit as st

from dashboard.frame import Look
from dashboard.parts import accuracy, live_forecast, model_in_use, orders, sales

WHOLE = "insiders"
"""A level of one series."""


def shown(look: Look, name: str) -> None:
    """The choice with its history and forecast; what to order; how good it is; what makes it; any other choice."""
    level = sales.level_of(look, name)
    names = sales.shown(look, level)
    if name != WHOLE:
        st.subheader("What to order" if level.unit == orders.PIECES else f"What every {name} should sell")
        orders.listed(look, level)
    st.subheader("How good is this forecast?")
    accuracy.judged(look, level)
    if name == "category":
        st.subheader("Forecast quality per category")
        accuracy.by_series(look, level)
    elif name != WHOLE and names:
        accuracy.by_series(look, level, names)
    st.subheader("The model in use")
    model_in_use.told(look, level)
    st.subheader("Another choice, forecast now")
    live_forecast.asked(look, level)
