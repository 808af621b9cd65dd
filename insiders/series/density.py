"""Whether series are dense, as every forecast by rows back takes for granted."""

from __future__ import annotations

import pandas as pd

from insiders.errors import AnalysisError


def check_dense(history: pd.DataFrame) -> None:
    """An `AnalysisError` where a series of a long table (unique_id, ds) lacks a day of the table, or has one twice.

    The days are those on which any series has a row, from the series' own first to the last of all: a lag of six rows
    is then the same number of days for everybody, and nobody's last row lies long before the origin.
    """
    days = pd.Index(history["ds"].unique()).sort_values()
    series = history.groupby("unique_id", observed=True)["ds"].agg(["min", "size", "nunique"])
    expected = len(days) - days.get_indexer(pd.Index(series["min"]))
    odd = series.index[(series["size"] != expected) | (series["nunique"] != expected)]
    if len(odd):
        raise AnalysisError(
            f"{len(odd):,} of {len(series):,} series, {odd[0]} among them, lack days from their first to the last of "
            f"all ({days[-1]:%Y-%m-%d}) or have one twice: fill what did not sell with zeros"
        )
