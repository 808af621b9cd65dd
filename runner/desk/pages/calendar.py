"""The calendar: on which days a pipeline was due, what ran, and which days are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runner.desk.catalogue import answers
from runner.desk.catalogue.answers import Row
from runner.desk.desk import Desk
from runner.desk.drawings import months
from runner.errors import RunnerError
from runner.reading import occurrences, pipeline, schedule
from runner.reading.pipeline import is_name

MONTHS = (6, 12, 24)


def show(desk: Desk, request: Request) -> Response:
    """The months of a pipeline, the newest first."""
    today = datetime.now(UTC).astimezone().date()
    with desk.index.asked() as connection:
        known = [name for name, _ in answers.pipelines(connection)]
        asked = request.query_params.get("pipeline", "")
        name = asked if asked in known else _first(desk, known)
        rows = answers.rows_of(connection, "runs.pipeline = ?", name) if name else []
    count = next((one for one in MONTHS if str(one) == request.query_params.get("months")), MONTHS[0])
    line, fault = _line(desk, name)
    firsts = months.before(today, count)
    begun = min((row.started.astimezone().date() for row in rows), default=today)
    due = set(occurrences.days(line, firsts[-1], today + timedelta(days=31))) if line else set()
    shown = months.of(firsts, due, _by_day(rows), today, begun)
    missing = [day.date for month in shown for week in month.weeks for day in week if day is not None and day.missing]
    facts: dict[str, Any] = {
        "pipelines": known,
        "pipeline": name,
        "count": count,
        "counts": MONTHS,
        "months": shown,
        "fault": fault,
    }
    reading = schedule.reading(line) if line else None
    every = _every(sorted(due))
    return desk.page(request, "calendar.html", here="calendar", reading=reading, missing=missing, every=every, **facts)


def _every(due: Sequence[date]) -> str:
    """The step of `runner backfill` that meets these days."""
    steps = {(later - day).days for day, later in pairwise(due)}
    return {1: "day", 7: "week"}.get(max(steps), "month") if len(steps) == 1 else "month"


def _first(desk: Desk, known: list[str]) -> str:
    """The first pipeline that has a schedule, else the first one."""
    return next((name for name in known if _line(desk, name)[0]), known[0] if known else "")


def _line(desk: Desk, name: str) -> tuple[str | None, str | None]:
    """The schedule line of a pipeline, or why there is none."""
    if not is_name(name):
        return None, None
    try:
        asked = pipeline.read(pipeline.find(name, desk.settings), desk.settings)
    except RunnerError as fault:
        return None, str(fault)
    return asked.schedule, None if asked.schedule else f"{name} has no schedule line in its pipeline file."


def _by_day(rows: list[Row]) -> Mapping[date, list[Row]]:
    """The runs of each day: of their date and, where that is another, of the day on which they started."""
    found: dict[date, list[Row]] = {}
    for row in rows:
        for day in {date.fromisoformat(row.logical_date), row.started.astimezone().date()}:
            found.setdefault(day, []).append(row)
    return found
