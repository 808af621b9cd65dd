"""The dead-man switch: whether the run that a timetable asked for was made, succeeded, and went live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from runner.delivery import endings, state
from runner.errors import PlaceError, RecordError
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.notices import event
from runner.notices.event import Kind
from runner.outcomes import ExitStatus, Status, exit_status
from runner.promotion.promote import PROMOTIONS
from runner.reading.pipeline import Pipeline
from runner.records import archive
from runner.scheduling.timetable import Timetable
from runner.settings import Settings
from runner.tables import database
from runner.tables.run_rows import RUNS, utc

GRACE_MINUTES = 360.0
"""So long a run may take where its pipeline sets no limit of its own."""
_LIVE = (Event.PROMOTED, Event.ROLLED_BACK)


@dataclass(frozen=True)
class Verdict:
    """What is to be said of the run for one time of the timetable."""

    line: str
    """One line for the person."""
    exit_status: ExitStatus
    due: datetime | None = None
    """The time that was looked at; None where no run is expected yet."""
    run_id: str | None = None
    """The run that was found, if there is one."""
    kind: Kind | None = None
    """What is wrong; None where nothing is."""

    def told(self) -> dict[str, object]:
        """The verdict as JSON has it."""
        due = None if self.due is None else self.due.isoformat(timespec="minutes")
        facts = {"good": self.kind is None, "kind": self.kind, "due": due, "run_id": self.run_id}
        return {**facts, "exit_status": int(self.exit_status), "line": self.line}


def event_of(settings: Settings, asked: Pipeline, verdict: Verdict) -> event.Event | None:
    """What is to be told of a verdict; a run that failed is the event that its own record tells of."""
    if verdict.kind is None or verdict.due is None:
        return None
    own = verdict.kind in ("failed", "lost") and verdict.run_id is not None
    key = verdict.run_id if own else f"{asked.name}-{verdict.due.astimezone(UTC):%Y%m%dT%H%MZ}-{verdict.kind}"
    now = datetime.now(UTC)
    return event.made(settings, str(key), verdict.kind, asked.name, verdict.line, now, verdict.run_id)


def look(
    settings: Settings,
    asked: Pipeline,
    timetable: Timetable,
    now: datetime,
    *,
    since: date | None = None,
    grace_minutes: float | None = None,
) -> Verdict:
    """What became of the last time at which the pipeline was due.

    A time counts once a run has had its time (`grace_minutes`, else the pipeline's own limit), or has ended well
    before. A run made later than it was due is as good. `since` is the first day on which runs are expected.
    """
    grace = timedelta(minutes=grace_minutes or asked.timeout_minutes or GRACE_MINUTES)
    times = timetable.before(now)
    due = next(times)
    verdict = _judged(settings, asked, timetable, due, now)
    if verdict.exit_status is not ExitStatus.SUCCEEDED and now < due + grace:
        waiting = f"{asked.name}: the run for {_told(due)} is awaited until {_told(due + grace)}"
        due = next(times)
        verdict = _judged(settings, asked, timetable, due, now)
        if _expected(due, since) and verdict.exit_status is not ExitStatus.SUCCEEDED:
            return verdict
        return Verdict(waiting, ExitStatus.SUCCEEDED)
    if not _expected(due, since):
        first = since.isoformat() if since else ""
        return Verdict(f"{asked.name}: no run is expected yet: runs are since {first}", ExitStatus.SUCCEEDED)
    return verdict


def _expected(due: datetime, since: date | None) -> bool:
    return since is None or due.date() >= since


def _judged(settings: Settings, asked: Pipeline, timetable: Timetable, due: datetime, now: datetime) -> Verdict:
    """The best that is known of any run for that time, here or in the database that hosts share."""
    by_day = not timetable.often(due)
    found = [
        _of_run(settings, asked, folder, manifest, due, now)
        for folder, manifest in _runs(settings, asked, due, by_day=by_day)
    ]
    good = next((one for one in found if one.exit_status is ExitStatus.SUCCEEDED), None)
    if good is not None:
        return good
    elsewhere, away = _elsewhere(settings, asked, due)
    if elsewhere is not None:
        said = f"{asked.name}: the run for {_told(due)} was made by another host: {elsewhere}"
        return Verdict(said, ExitStatus.SUCCEEDED, due, elsewhere)
    if found:
        return min(found, key=lambda one: _ORDER.index(one.kind))
    more = f" ({away})" if away else ""
    said = f"{asked.name}: there is no run for {_told(due)}, {timetable.words}: it was missed{more}"
    return Verdict(said, ExitStatus.REFUSED, due, kind="missed")


_ORDER = (None, "pending", "staged", "late", "failed", "lost", "skipped")
"""What is told where there are several runs: what came furthest."""


def _of_run(
    settings: Settings, asked: Pipeline, folder: Path, manifest: Mapping[str, Any], due: datetime, now: datetime
) -> Verdict:
    status, run_id = Status(manifest["status"]), folder.name
    about = f"{asked.name}: the run for {_told(due)}"
    if status is Status.RUNNING:
        hours = (now - due).total_seconds() / 3600
        return Verdict(f"{about} is under way {hours:.1f} h later: {run_id}", ExitStatus.TIMED_OUT, due, run_id, "late")
    if status is Status.SKIPPED:
        return Verdict(f"{about}: {manifest['reason']}", ExitStatus.LOCKED, due, run_id, "skipped")
    if not status.good:
        kind: Kind = "lost" if status is Status.LOST else "failed"
        said = f"{about} is {status.replace('_', ' ')}: {manifest['reason']} ({run_id})"
        return Verdict(said, exit_status(status), due, run_id, kind)
    if not endings.is_whole(manifest):
        return Verdict(f"{about} made a part only: {run_id}", ExitStatus.FAILED, due, run_id, "staged")
    if state.file_of(state.folder_of(settings.output, run_id)).exists():
        said = f"{about} succeeded, and its delivery is pending: `runner sync` ({run_id})"
        return Verdict(said, ExitStatus.PENDING, due, run_id, "pending")
    live = any(line.event in _LIVE for line in Book.of(settings).of_run(run_id))
    if asked.promote == "automatic" and not live:
        said = f"{about} succeeded and did not go live: `runner show {run_id}` says what it waits for"
        return Verdict(said, ExitStatus.FAILED, due, run_id, "staged")
    return Verdict(f"{about} succeeded{' and went live' if live else ''}: {run_id}", ExitStatus.SUCCEEDED, due, run_id)


def _runs(
    settings: Settings, asked: Pipeline, due: datetime, *, by_day: bool
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The runs of the pipeline since that time, and those made before it for that day; no repetition of an old one."""
    for folder in archive.run_folders(settings.output, asked.name):
        try:
            manifest = archive.read_manifest(folder)
        except RecordError:
            continue
        started = datetime.fromisoformat(manifest["started"])
        if started < due - timedelta(days=32):
            return
        for_that_day = by_day and manifest.get("logical_date") == due.date().isoformat()
        if (started >= due or for_that_day) and "repeated" not in (manifest.get("parent") or {}):
            yield folder, manifest


def _elsewhere(settings: Settings, asked: Pipeline, due: datetime) -> tuple[str | None, str | None]:
    """A run that another host has made since; else why the database could not be asked."""
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        return None, None
    query = sa.select(RUNS.c.run_id).where(
        RUNS.c.pipeline == asked.name, RUNS.c.status == Status.SUCCEEDED, RUNS.c.started_at >= utc(due.astimezone(UTC))
    )
    if asked.promote == "automatic":
        query = query.where(RUNS.c.run_id.in_(sa.select(PROMOTIONS.c.run_id)))
    engine = database.engine(settings.database_url)
    try:
        return database.transact(engine, lambda connection: connection.execute(query.limit(1)).scalar()), None
    except PlaceError as fault:
        return None, str(fault)
    finally:
        engine.dispose()


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}"
