"""Series of dates: every month, week or day from one to another."""

from __future__ import annotations

import calendar
import contextlib
from collections.abc import Iterator
from datetime import date, timedelta

from runner.errors import UsageError

STEPS = ("month", "week", "day")
MOST = 1000
"""More dates than this are a slip of the pen."""
_PAUSES = {"week": timedelta(weeks=1), "day": timedelta(days=1)}


def series(first: date, last: date, every: str) -> list[date]:
    """The dates from the first to the last, or a `UsageError` where there are none or too many.

    A step of a month keeps the day, or takes the month's last where it has fewer days.
    """
    if first > last:
        raise UsageError(f"the first date {first} is later than the last {last}")
    found: list[date] = []
    for day in _endless(first, every):
        if day > last:
            break
        found.append(day)
        if len(found) > MOST:
            raise UsageError(f"every {every} from {first} to {last} gives more than {MOST} dates; choose fewer")
    return found


def _endless(first: date, every: str) -> Iterator[date]:
    with contextlib.suppress(ValueError, OverflowError):  # the calendar ends with the year 9999
        for number in range(MOST + 1):
            yield _after_months(first, number) if every == "month" else first + number * _PAUSES[every]


def _after_months(first: date, count: int) -> date:
    """The same day `count` months later, counted from the first date, so that a short month shortens no later one."""
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
