"""The segments beside each other: fifths of recency, frequency and value, and when their customers came."""

from __future__ import annotations

import pandas as pd

from insiders.findings.finding import Finding
from insiders.segments import quintiles
from insiders.segments.traits import INSIDERS
from insiders.wording import decimal, percent


def told(customers: pd.DataFrame, segment: pd.Series) -> Finding:
    """Fifths and cohorts of every segment."""
    fifths = quintiles.by_segment(customers, segment)
    cohorts = quintiles.cohorts(customers, segment).reindex(fifths.index)
    text = (
        "Fifths of all segmented customers: 5 is the most recent, the most frequent, the most valuable. The last "
        "column is the share of the segment's customers who stand in the top fifth of all three."
    )
    if INSIDERS in fifths.index:
        share = float(fifths["top_share"].to_dict()[INSIDERS])
        text += (
            f" Of the Insiders, {percent(share)} do; a score of fifths would choose another group than revenue does."
        )
    shown = fifths.assign(
        **{name: fifths[name].map(decimal) for name in ("recency", "frequency", "value")},
        top_share=fifths["top_share"].map(percent),
    ).rename(columns={"top_share": "5-5-5"})
    return Finding(
        text,
        tables={
            "Mean fifth of the segment's customers": shown.reset_index(),
            "Share of the segment's customers by quarter of their first purchase in the data (the first quarter holds "
            "everybody who was there before)": cohorts.map(percent).rename_axis(columns=None).reset_index(),
        },
        data={"quintiles": fifths.reset_index(), "cohorts": cohorts.reset_index()},
    )
