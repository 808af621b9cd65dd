"""The segments side by side: how many they are, what they bring, how they buy, and what to do."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import figures, tables
from dashboard.frame import Look
from dashboard.queries import customers
from dashboard.wording import counted, plain, whole


def profiles(look: Look, segments: pd.DataFrame) -> None:
    """Shares as bars, then every segment in a row of its own, then what to do about each."""
    st.plotly_chart(figures.shares(segments), key="shares")
    for key, columns in (("profiles", _worth(look.currency)), ("habits", _habits(look.currency))):
        tables.show(segments, columns, key, tables.Looks(widths={"segment": _NAME}, told=_TOLD))
    st.caption(
        "Shares are of all segmented customers, of their gross revenue and of their pieces. Gross revenue counts "
        "purchases, net revenue takes off what came back. The second table says how one customer buys: the mean and "
        "the median of gross revenue, then medians of ticket, purchase invoices, days between visits and days since "
        "the last purchase, and the mean share returned of the value bought. Silhouette (−1 to 1) says how apart a "
        "segment is, stability (0 to 1) how alike it comes out when customers are drawn anew."
    )
    for _, one in segments.iterrows():
        st.markdown(
            f"**{plain(one['segment'])}** ({counted(int(one['customers']), 'customer')}): {plain(one['action'])}."
        )


def on_map(look: Look, segments: pd.DataFrame) -> None:
    """Where customers stand on the map of the space, coloured by segment."""
    total = int(segments["customers"].sum())
    some = None
    if total > customers.MOST_ON_MAP:
        some = look.rows(customers.drawn(look.run_id, total))["customer_id"].tolist()
    drawn = look.rows(customers.on_map(look.run_id, some))
    st.plotly_chart(figures.on_map(drawn, segments), key="map")
    which = (
        f"All {counted(total, 'customer')} are drawn."
        if some is None
        else f"Drawn are {whole(len(drawn))} of {counted(total, 'customer')}, as if by lot (by the last digits of "
        "their gross revenue), and the same ones every time."
    )
    far = figures.outside(drawn)
    beyond = f" {counted(far, 'customer')} far from all others lie outside; a double click shows them." if far else ""
    st.caption(f"{which} Near each other are customers who buy alike; the axes themselves have no unit.{beyond}")


def _worth(currency: str) -> dict[str, tuple[str, tables.Format]]:
    """How many a segment has, and what they bring."""
    return {
        "segment": ("segment", None),
        "customers": ("customers", tables.count),
        "customer_share": ("share of customers", tables.share),
        "gross_revenue": (f"gross revenue ({currency})", tables.count),
        "revenue_share": ("share of revenue", tables.share),
        "net_revenue": (f"net revenue ({currency})", tables.count),
        "items_share": ("share of pieces", tables.share),
    }


def _habits(currency: str) -> dict[str, tuple[str, tables.Format]]:
    """How a customer of the segment buys."""
    return {
        "segment": ("segment", None),
        "mean_gross_revenue": (f"mean ({currency})", tables.count),
        "median_gross_revenue": (f"median ({currency})", tables.count),
        "median_ticket": (f"ticket ({currency})", tables.count),
        "median_invoices": ("invoices", tables.count),
        "median_gap_days": ("gap (days)", tables.count),
        "median_recency_days": ("days silent", tables.count),
        "mean_return_share": ("returned", tables.share),
        "silhouette": ("silhouette", tables.number),
        "stability": ("stability", tables.number),
    }


_NAME = 270
"""Width of the names of segments (pixels)."""
_TOLD = {
    "revenue_share": "share of the gross revenue of all segmented customers",
    "mean_gross_revenue": "mean gross revenue per customer",
    "median_gross_revenue": "median gross revenue of the customers",
    "median_ticket": "median of the customers' mean tickets, a ticket being the value of a purchase invoice",
    "median_invoices": "median number of purchase invoices",
    "median_gap_days": "median days between two visits",
    "median_recency_days": "median days since the last purchase",
    "mean_return_share": "mean share returned of the value bought",
}
