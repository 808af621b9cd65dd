"""Scheduled days and runs, month by month: what ran, what did not end well, and what is missing."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from runner.desk.catalogue.answers import Row
from runner.outcomes import Status


@dataclass(frozen=True)
class Day:
    """A day of a month."""

    date: date
    scheduled: bool
    runs: tuple[Row, ...]
    coming: bool
    """Whether it is not over yet."""
    before: bool
    """Whether it lies before the first run."""

    @property
    def missing(self) -> bool:
        """Whether a run was due and none is there."""
        return self.scheduled and not self.runs and not self.coming and not self.before

    @property
    def state(self) -> str:
        """In one word, for the eye."""
        if self.runs:
            return "good" if any(run.status == Status.SUCCEEDED for run in self.runs) else "bad"
        if self.missing:
            return "missing"
        return "due" if self.scheduled and self.coming else "plain"


@dataclass(frozen=True)
class Month:
    """A month, in weeks from Monday to Sunday; days of other months are None."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


def of(
    months: Sequence[date], scheduled: Collection[date], runs: Mapping[date, Sequence[Row]], today: date, begun: date
) -> list[Month]:
    """The months that begin on the given days. `begun` is the day of the first run: none was due before it."""

    def day(one: date) -> Day:
        return Day(one, one in scheduled, tuple(runs.get(one, ())), one >= today, one < begun)

    weeks = calendar.Calendar()
    return [
        Month(
            first,
            tuple(
                tuple(day(one) if one.month == first.month else None for one in week)
                for week in weeks.monthdatescalendar(first.year, first.month)
            ),
        )
        for first in months
    ]


def before(today: date, count: int) -> list[date]:
    """The first days of the last months, the newest first."""
    found, year, month = [], today.year, today.month
    for _ in range(count):
        found.append(date(year, month, 1))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found
