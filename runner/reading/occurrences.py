"""The days on which a schedule line of cron comes due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

_BOUNDS = {"day": (1, 31), "month": (1, 12), "weekday": (0, 7)}


def days(line: str, first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last` on which the line comes due at least once.

    As cron has it: where both day and weekday are named, either is enough (POSIX, crontab).
    """
    _, _, day, month, weekday = line.split()
    of_month, months = _numbers(day, "day"), _numbers(month, "month")
    of_week = {number % 7 for number in _numbers(weekday, "weekday")}
    either = not day.startswith("*") and not weekday.startswith("*")
    for ahead in range((last - first).days + 1):
        one = first + timedelta(days=ahead)
        right_day, right_weekday = one.day in of_month, one.isoweekday() % 7 in of_week
        if one.month in months and (right_day or right_weekday if either else right_day and right_weekday):
            yield one


def _numbers(field: str, kind: str) -> set[int]:
    """The numbers that a field stands for."""
    low, high = _BOUNDS[kind]
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        start, _, end = span.partition("-")
        begin = low if start == "*" else int(start)
        until = high if start == "*" or (step and not end) else int(end or start)
        found.update(range(begin, until + 1, int(step or 1)))
    return found
