"""What is known of a day long before it comes: its place in week, month and year, and the closed days beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd

YEAR_DAYS = 365.25
WAVES = (1, 2)
"""Waves per year by which the season is told."""
CHRISTMAS = (12, 25)
LONGEST_GAP = 7
DAY_FEATURES = ("weekday", "month_day", "sin1", "cos1", "sin2", "cos2", "to_christmas", "gap_before", "gap_after")
TIME_OF_YEAR = ("sin1", "cos1", "sin2", "cos2", "to_christmas")
"""Those of them that repeat themselves after a year only."""


def day_features(days: pd.DatetimeIndex, open_days: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per day of ``days``: ds and `DAY_FEATURES`, all float64.

    weekday (Monday is 0), month_day (1 to 31), a sine and a cosine for one and two waves a year, to_christmas (days to
    the next 25 December), gap_before and gap_after (closed days before the day and after it, 7 at most), the closed
    days told by ``open_days``: days on which the shop sold, or is going to be open. 0 where it knows no further day.
    """
    known = pd.DatetimeIndex(open_days).union(days)
    angle = 2 * np.pi * days.dayofyear.to_numpy() / YEAR_DAYS
    waves = {f"{name}{wave}": call(wave * angle) for wave in WAVES for name, call in (("sin", np.sin), ("cos", np.cos))}
    table = {
        "ds": days,
        "weekday": days.dayofweek,
        "month_day": days.day,
        **waves,
        "to_christmas": _days_to_christmas(days),
        "gap_before": _gaps(known)[known.get_indexer(days)],
        "gap_after": _gaps(known[::-1])[::-1][known.get_indexer(days)],
    }
    return pd.DataFrame(table).astype(dict.fromkeys(DAY_FEATURES, "float64"))[["ds", *DAY_FEATURES]]


def _days_to_christmas(days: pd.DatetimeIndex) -> np.ndarray:
    this_year = pd.to_datetime({"year": days.year, "month": CHRISTMAS[0], "day": CHRISTMAS[1]})
    next_year = pd.to_datetime({"year": days.year + 1, "month": CHRISTMAS[0], "day": CHRISTMAS[1]})
    coming = this_year.where(this_year >= days, next_year)
    return (coming - pd.Series(days)).dt.days.to_numpy()


def _gaps(days: pd.DatetimeIndex) -> np.ndarray:
    """Closed days between each day and the one before it in this order."""
    distance = np.abs(np.diff(days.to_numpy())) // np.timedelta64(1, "D") - 1
    return np.minimum(np.concatenate([[0], distance]), LONGEST_GAP)
