"""The dashboard: `streamlit run dashboard/app.py`, or `make dashboard`."""

from __future__ import annotations

import streamlit as st

from dashboard.screens import category, data_and_runs, insiders, product, store


def main() -> None:
    """Choose the page, and show it."""
    st.set_page_config(page_title="Insiders", layout="wide")
    st.navigation(  # above the page: beside it, it would take from tables what they need on a small screen
        [
            st.Page(insiders.show, title="Insiders", url_path="insiders", default=True),
            st.Page(store.show, title="Store", url_path="store"),
            st.Page(category.show, title="Category", url_path="category"),
            st.Page(product.show, title="Product", url_path="product"),
            st.Page(data_and_runs.show, title="Data and runs", url_path="data_and_runs"),
        ],
        position="top",
    ).run()


main()
