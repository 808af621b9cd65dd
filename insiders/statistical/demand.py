"""What kind of demand a series is, and where it stands in its life: launched, on sale, silent, given up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from insiders.handoff import TEXT

OFTEN, EVEN = 1.32, 0.49
"""Mean interval between demands (in steps) and squared coefficient of variation of their size below which demand is
frequent and even (Syntetos, Boylan and Croston 2005)."""

IMPROBABLE = 1e-4
"""How improbable a silence must be by the series' own rate of sales to count as more than chance. It is asked at every
sale of thousands of series, so that one in a thousand would find a stock-out everywhere."""

HIGHEST_RATE = 0.95
"""Share of steps with sales that a series is credited with at most: three days without a sale are never a stock-out."""

RECENT = 90
"""Steps before a silence over which that rate is taken."""

NEW = 56
"""Steps since the launch up to which a series is new."""


def demand(values: pd.DataFrame) -> pd.DataFrame:
    """One row per series of a dense table (unique_id, ds, y): what its demand is like, and where it is in its life.

    unique_id, first_sale, last_sale, steps (days in the table from the first sale on), selling_share (of these steps),
    mean_size (of a step with sales), interval (mean steps between them), size_cv2, kind (smooth, erratic, intermittent,
    lumpy, by Syntetos, Boylan and Croston 2005; none without a sale), is_new (launched up to 56 steps ago),
    silent_steps at the end, is_discontinued (a silence at the end that the rate of sales before it makes less probable
    than one in ten thousand; a long stock-out looks the same).
    """
    rows = values.sort_values(["unique_id", "ds"], kind="stable")
    rows = rows[rows.groupby("unique_id", sort=False)["y"].cumsum() > 0]
    sold = rows[rows["y"] > 0].groupby("unique_id", sort=False)
    steps = rows.groupby("unique_id", sort=False).size()
    table = pd.DataFrame({"first_sale": sold["ds"].min(), "last_sale": sold["ds"].max(), "steps": steps})
    table["selling_share"] = sold.size() / steps
    table["mean_size"] = sold["y"].mean()
    table["interval"] = 1 / table["selling_share"]
    table["size_cv2"] = (sold["y"].std(ddof=0) / table["mean_size"]) ** 2
    table["kind"] = _kinds(table)
    table["is_new"] = steps <= NEW
    runs = silences(rows)
    last = runs[runs["is_last"]].set_index("unique_id")
    table["silent_steps"] = last["steps"].reindex(table.index, fill_value=0)
    table["is_discontinued"] = last["chance"].reindex(table.index, fill_value=1.0) < IMPROBABLE
    every = pd.Index(values["unique_id"].unique(), name="unique_id")
    table = table.reindex(every)
    table = table.fillna({"kind": "none", "steps": 0, "silent_steps": 0, "selling_share": 0.0})
    flags = ["is_new", "is_discontinued"]
    table[flags] = table[flags].eq(True)
    whole = {"steps": "int64", "silent_steps": "int64", **dict.fromkeys(flags, "bool")}
    return table.reset_index().astype({"unique_id": TEXT, "kind": TEXT, **whole})


def stock_outs(values: pd.DataFrame) -> pd.Series:
    """Whether each row of a dense table lies in a probable stock-out, in the table's own order.

    Guessed, since sales alone cannot tell: days without a sale, between sales, whose like the series' own rate of sales
    before them makes less probable than one in ten thousand. A silence until the end is none: it may be for good.
    """
    rows = values.sort_values(["unique_id", "ds"], kind="stable")
    runs = silences(rows)
    out = runs[(runs["chance"] < IMPROBABLE) & ~runs["is_last"]]
    flagged = np.zeros(len(rows) + 1, dtype="int64")
    np.add.at(flagged, out["start"].to_numpy(), 1)
    np.add.at(flagged, out["start"].to_numpy() + out["steps"].to_numpy(), -1)
    found = pd.Series(flagged[:-1].cumsum() > 0, index=rows.index, name="stock_out")
    return found.reindex(values.index)


def silences(rows: pd.DataFrame) -> pd.DataFrame:
    """Every run of steps without a sale after a first one: unique_id, start (row), steps, chance, is_last.

    ``rows`` are sorted by series and day. ``chance`` is the probability of such a run by the share of steps with sales
    among the up to 90 before it.
    """
    sold = rows["y"].to_numpy() > 0
    series = pd.factorize(rows["unique_id"])[0]
    opens = np.concatenate([[True], series[1:] != series[:-1]])
    begin = np.flatnonzero(opens)[series] if len(series) else series
    starts = np.flatnonzero(~sold & ~opens & np.concatenate([[False], sold[:-1]]))
    ends_of = np.concatenate([np.flatnonzero(sold | opens), [len(sold)]])
    ends = ends_of[np.searchsorted(ends_of, starts, side="right")]
    total = np.concatenate([[0], sold.cumsum()])
    since = np.maximum(begin[starts], starts - RECENT)
    rate = (total[starts] - total[since]) / np.maximum(starts - since, 1)
    is_last = (ends == len(sold)) | np.concatenate([opens, [True]])[ends]
    return pd.DataFrame(
        {
            "unique_id": rows["unique_id"].to_numpy()[starts],
            "start": starts,
            "steps": ends - starts,
            "chance": (1 - np.minimum(rate, HIGHEST_RATE)) ** (ends - starts),
            "is_last": is_last,
        }
    )


def _kinds(table: pd.DataFrame) -> np.ndarray:
    often, even = table["interval"] < OFTEN, table["size_cv2"] < EVEN
    return np.select([often & even, often, even], ["smooth", "erratic", "intermittent"], "lumpy")
