"""Series of dates."""

from __future__ import annotations

from datetime import date

import pytest

from runner.dates import series
from runner.errors import UsageError


@pytest.mark.parametrize(
    ("first", "last", "every", "days"),
    [
        ("2011-06-15", "2011-09-15", "month", ["2011-06-15", "2011-07-15", "2011-08-15", "2011-09-15"]),
        ("2011-12-31", "2012-03-31", "month", ["2011-12-31", "2012-01-31", "2012-02-29", "2012-03-31"]),
        ("2011-11-30", "2012-01-29", "month", ["2011-11-30", "2011-12-30"]),
        ("2011-12-20", "2012-01-05", "week", ["2011-12-20", "2011-12-27", "2012-01-03"]),
        ("2011-02-27", "2011-03-01", "day", ["2011-02-27", "2011-02-28", "2011-03-01"]),
        ("2011-02-27", "2011-02-27", "month", ["2011-02-27"]),
        ("9999-12-30", "9999-12-31", "day", ["9999-12-30", "9999-12-31"]),
    ],
)
def test_dates_follow_each_other(first: str, last: str, every: str, days: list[str]) -> None:
    """Both ends count; a month keeps the day, or takes its last, and a short month shortens no later one."""
    found = series(date.fromisoformat(first), date.fromisoformat(last), every)
    assert [day.isoformat() for day in found] == days


def test_an_order_that_cannot_be_is_refused() -> None:
    """The last date before the first, and dates without end."""
    with pytest.raises(UsageError, match="later than"):
        series(date(2011, 2, 1), date(2011, 1, 1), "month")
    with pytest.raises(UsageError, match="more than 1000 dates"):
        series(date(1900, 1, 1), date(2011, 1, 1), "day")
