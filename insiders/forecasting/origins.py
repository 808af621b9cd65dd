"""Origins: from which days a forecast is made to be judged, and on which rows after them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.forecasting.followed import Followed

LEAST = {"day": 80, "week": 20, "month": 9}
"""Rows that the first origin has to know: eight weeks of days to average, and about as many to see them change."""


@dataclass(frozen=True)
class Origin:
    """One origin: all before ``first`` is known."""

    cutoff: pd.Timestamp
    """Last row known: a day, or the first day of a week or month."""
    days: pd.DatetimeIndex
    """Rows held out."""

    @property
    def first(self) -> pd.Timestamp:
        """First day held out."""
        return self.days[0]

    @property
    def name(self) -> str:
        """The first day held out, as an ISO date."""
        return f"{self.first:%Y-%m-%d}"


def rolling_origins(followed: Followed, horizon: int, folds: int) -> list[Origin]:
    """``folds`` adjoining held-out periods of ``horizon`` calendar days that end with the data, the earliest first.

    Which of their days the shop opened is known. A short history gives fewer; an `AnalysisError` where not even two
    fit, since one has to stay untouched by the choice. Nothing is held out of a level that cannot be followed.
    """
    if followed.reason:
        return []
    rows = _rows(followed)
    found = [_origin(followed, rows, horizon, back) for back in range(folds, 0, -1)]
    made = [origin for origin in found if origin is not None]
    if len(made) < 2:
        raise AnalysisError(
            f"a choice among models needs two held-out periods of {horizon} days and {LEAST[followed.granularity]} "
            f"{followed.granularity}s before them, where these data have {len(rows)} in all: give more history, a "
            "shorter horizon or a finer granularity"
        )
    return made


def _origin(followed: Followed, rows: pd.DatetimeIndex, horizon: int, back: int) -> Origin | None:
    """The origin that many periods before the end, None where too little is known before it."""
    if followed.granularity == "day":
        cutoff = rows[-1] - pd.Timedelta(days=horizon * back)
        days = rows[(rows > cutoff) & (rows <= cutoff + pd.Timedelta(days=horizon))]
        known = rows[rows <= cutoff]
    else:
        steps = followed.steps(horizon)
        begin = len(rows) - steps * back
        known, days = rows[: max(begin, 0)], rows[max(begin, 0) : max(begin + steps, 0)]
    if len(known) < LEAST[followed.granularity] or not len(days):
        return None
    return Origin(known[-1], days)


def _rows(followed: Followed) -> pd.DatetimeIndex:
    """Days, or first days of the whole weeks or months, of the data."""
    if followed.granularity == "day":
        return followed.calendar.open_days
    return pd.DatetimeIndex(np.sort(followed.at().values["ds"].unique()))
