"""The accepted run before this one as an input: what it handed on, so that a notebook can tell what has changed."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from runner.errors import InputError, RecordError
from runner.intake.inputs import Input
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records import archive, digests
from runner.settings import Settings

NAME = "run:accepted"
"""What a pipeline writes as an input to get it."""
TABLES = "tables"


def find(pipeline: str, day: date, settings: Settings) -> Input:
    """The folder of tables of the newest run for an earlier day whose results went live and were not taken back.

    Its version is the run's id. Without such a run on this host the parameter gets None, and nothing is the digest's
    content. A run for the same day is left out: who runs a month again compares it with the month before, too. Raises
    an `InputError` where the ledger cannot be read.
    """
    try:
        for run_id in reversed(_accepted(pipeline, Book.of(settings))):
            tables = settings.output / pipeline / run_id / TABLES
            if tables.is_dir() and _day(tables.parent) < day:
                size = sum(file.stat().st_size for file in tables.rglob("*") if file.is_file())
                return Input(NAME, str(tables.resolve()), digests.of_folder(tables), run_id, size)
    except (RecordError, OSError) as fault:
        raise InputError(f"{NAME}: {fault}") from fault
    return Input(NAME, None, hashlib.sha256().hexdigest())


def _accepted(pipeline: str, book: Book) -> list[str]:
    """The runs that were current one after the other and were not taken back, the current one last."""
    held: list[str] = []
    for line in book.of_events(Event.PROMOTED, Event.ROLLED_BACK):
        if line.pipeline != pipeline or line.run_id is None:
            continue
        if line.event is Event.PROMOTED:
            held.append(line.run_id)
        else:
            held = [*held[: held.index(line.run_id)], line.run_id] if line.run_id in held else [line.run_id]
    return held


def _day(folder: Path) -> date:
    return date.fromisoformat(archive.read_manifest(folder)["logical_date"])
