"""The output folder of a host that is gone: its ledger from the database, its runs from the bucket.

The ledger comes first, so that whatever begins here afterwards goes on with it. Each run is fetched aside and moved
into place in one step; what was cut off is simply done again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from runner.delivery import endings
from runner.errors import UsageError
from runner.files import sync_folder
from runner.ledger import appending
from runner.ledger.book import LOCK, Book
from runner.ledger.line import Event, Line
from runner.ledger.turn import turn
from runner.outcomes import Status
from runner.records.archive import ROOMS
from runner.restoring import lines
from runner.restoring.source import Source, manifest_of
from runner.settings import Settings
from runner.tables import database

_ENDS = (Event.FINISHED, Event.ADOPTED)
Tell = Callable[[str], None]


@dataclass
class Summary:
    """What was brought."""

    ledger: str
    lines: int
    runs: list[str] = field(default_factory=list)
    """Runs that were fetched."""
    there: int = 0
    """Runs that lay here already."""
    lost: list[str] = field(default_factory=list)
    """Runs that have ended, as the ledger tells, and were not delivered before the host went: they are nowhere."""


def bring(
    source: Source, settings: Settings, engine: sa.Engine, *, ledger: str | None = None, tell: Tell = lambda _: None
) -> Summary:
    """Bring the ledger and every run that it tells of into the output folder; what lies there stays as it is.

    Raises a `UsageError` where it is not clear whose folder it is to be, a `RecordError` where lines are missing, a
    `DamageError` where something is not as it was kept, and a `PlaceError` where a place is away.
    """
    tell("reading the ledger")
    told = _ledger(source, settings, engine, ledger)
    summary = Summary(told[0].ledger, len(told))
    digests = {line.run_id: line.digest for line in told if line.event in _ENDS and line.run_id}
    left_out = {line.run_id for line in told if line.event is Event.PRUNED or _nothing_kept(line)}
    kept = [(pipeline, run_id) for pipeline, run_id in source.runs() if run_id in digests]
    missing = [one for one in kept if one[1] not in left_out and not _folder(settings, *one).exists()]
    for position, (pipeline, run_id) in enumerate(missing, start=1):
        tell(f"run {position} of {len(missing)}: {run_id}")
        _fetch(source, settings, pipeline, run_id, digests[run_id])
        summary.runs.append(run_id)
    here = {path.parent.name for path in settings.output.glob("*/*/run.json")}
    summary.there = len(here & set(digests)) - len(missing)
    summary.lost = sorted(set(digests) - here - left_out)
    return summary


def _ledger(source: Source, settings: Settings, engine: sa.Engine, ledger: str | None) -> Sequence[Line]:
    """The ledger of the folder; one that is not there yet is written."""
    book = Book.of(settings)
    if own := book.lines():
        if ledger not in (None, own[0].ledger):
            raise UsageError(f"--ledger {ledger}: {book.path} is another one, {own[0].ledger}; name an empty folder")
        return own
    known = database.transact(engine, lines.in_database)
    found = lines.chosen(lines.gathered([*known, *source.lines()]), ledger)
    settings.output.mkdir(parents=True, exist_ok=True)
    with turn(settings.output / LOCK), appending.for_writing(book.path) as file:
        before, _ = appending.tail(file)
        if before:
            raise UsageError(f"{book.path} was begun meanwhile: something runs here; end it, and name an empty folder")
        appending.put(file, book.path, 0, b"".join(line.text + b"\n" for line in found))
    return found


def _fetch(source: Source, settings: Settings, pipeline: str, run_id: str, digest: str | None) -> None:
    """A run folder as it was, but for the copies of inputs, which no record holds."""
    folder = _folder(settings, pipeline, run_id)
    aside = folder.with_name(f".{run_id}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    with source.opened(pipeline, run_id) as files:
        manifest, _ = manifest_of(files, digest)
        for path, sha256 in endings.files(manifest, files.folder).items():
            files.get(path, sha256)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(files.folder, aside)
    for room in ROOMS:
        (aside / room).mkdir(exist_ok=True)
    aside.rename(folder)
    sync_folder(folder.parent)


def _folder(settings: Settings, pipeline: str, run_id: str) -> Path:
    return settings.output / pipeline / run_id


def _nothing_kept(line: Line) -> bool:
    """Whether a run that ended so leaves nothing behind that is delivered."""
    return line.event is Event.FINISHED and line.facts.get("status") == Status.SKIPPED
