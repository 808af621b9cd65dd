"""History and forecast on one axis."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from dashboard import timeline
from dashboard.timeline import Axis


def sold(*rows: tuple[str, float]) -> pd.DataFrame:
    """What one series sold."""
    return pd.DataFrame([("a", pd.Timestamp(day), value) for day, value in rows], columns=["series", "starts", "value"])


def expected(*rows: tuple[str, float]) -> pd.DataFrame:
    """What is expected of it, 10 less and 20 more."""
    made = [("a", pd.Timestamp(day), mean, mean - 10, mean + 20) for day, mean in rows]
    return pd.DataFrame(made, columns=["series", "starts", "mean", "lower", "upper"])


def test_the_month_under_way_has_what_was_sold_of_it() -> None:
    """Nine days sold and the rest expected are one month; the next, which the horizon cuts, is left out."""
    axis = Axis("month", date(2011, 11, 1), date(2011, 12, 9), date(2012, 1, 5))
    past, ahead, cut = timeline.joined(
        sold(("2011-11-01", 300.0), ("2011-12-01", 90.0)), expected(("2011-12-01", 200.0), ("2012-01-01", 40.0)), axis
    )
    assert past["value"].tolist() == [300.0]
    assert ahead[["mean", "lower", "upper"]].to_numpy().tolist() == [[290.0, 280.0, 310.0]]
    assert cut


def test_a_week_that_the_period_cuts_is_left_out() -> None:
    """The first week began before the period did; weeks that are whole stay as they are."""
    axis = Axis("week", date(2024, 1, 3), date(2024, 1, 14), date(2024, 1, 21))
    past, ahead, cut = timeline.joined(
        sold(("2024-01-01", 5.0), ("2024-01-08", 7.0)), expected(("2024-01-15", 6.0)), axis
    )
    assert past["value"].tolist() == [7.0]
    assert ahead["mean"].tolist() == [6.0]
    assert cut


def test_days_are_never_cut() -> None:
    """A day is whole."""
    axis = Axis("day", date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3))
    past, ahead, cut = timeline.joined(sold(("2024-01-01", 5.0)), expected(("2024-01-03", 6.0)), axis)
    assert (len(past), len(ahead), cut) == (1, 1, False)


@pytest.mark.parametrize(
    ("last", "days", "step"), [("2024-01-28", 28, "day"), ("2024-01-27", 24, "day"), ("2024-03-25", 13, "week"),
                               ("2024-12-01", 12, "month"), ("2024-01-01", 1, "day")],
)  # fmt: skip
def test_what_a_row_stands_for_shows_in_their_distance(last: str, days: int, step: str) -> None:
    """Open days, weeks or months; and only what is coarser can be made of it."""
    assert timeline.native(pd.Timestamp("2024-01-01"), pd.Timestamp(last), days) == step
    assert timeline.coarser("week") == ["week", "month"]
