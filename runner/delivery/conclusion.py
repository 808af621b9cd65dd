"""The last part of a delivery, of a run that has ended: its files, its lines and its manifest, and going live.

Everything here can be repeated. Files come first, then the database in one transaction, then the manifest, which says
that all is there; only then do the results go live, and the ledger is anchored where that is told too.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.delivery import anchors, chronicle, endings
from runner.delivery.places import Places, keep_all, mark, record
from runner.delivery.state import State
from runner.errors import DamageError, RecordError
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.outcomes import Status
from runner.promotion import aftermath, pointer
from runner.promotion.promote import Promotion, promote
from runner.records import archive
from runner.tables.fences import Fence
from runner.tables.run_rows import RunRow

ENDS = (Event.FINISHED, Event.ADOPTED)
"""Lines that tell how a run ended."""


@dataclass(frozen=True)
class Ending:
    """How a run ended, as its manifest says it."""

    folder: Path
    manifest: dict[str, Any]
    digest: str
    """Of the manifest."""

    @classmethod
    def of(cls, folder: Path) -> Ending | None:
        """The ending of the run whose folder this is; None as long as it is under way, or where nobody can tell."""
        try:
            sealed = archive.sealed(folder)
        except RecordError:
            return None
        return None if sealed is None else cls(folder, *sealed)

    @property
    def lost(self) -> bool:
        """Whether the run's process vanished."""
        return bool(self.manifest["status"] == Status.LOST)

    @property
    def row(self) -> RunRow:
        """The run's row."""
        return endings.row(self.manifest, self.digest)


def check(book: Book, ending: Ending) -> None:
    """Nothing is delivered before the ledger tells how the run ended, and only what it tells of."""
    lines = [line for line in book.of_run(ending.folder.name) if line.event in ENDS]
    if not lines:
        raise RecordError("the ledger does not tell yet how the run ended")
    if lines[-1].digest != ending.digest:
        said = "is not the record that the ledger tells of; runner verify looks closer"
        raise DamageError(f"{ending.folder / archive.MANIFEST} {said}")


def conclude(
    places: Places, state: State, ending: Ending, fence: Fence | None, done: Mapping[str, str]
) -> tuple[int, Promotion]:
    """Deliver the run; how many files the store has of it, and whether it is current.

    `done` are digests of files that were published, by path: they are there.
    """
    kept = _keep(places, ending, done)
    record(places, state.run, endings.metrics(ending.manifest), fence)
    mark(places, ending.folder, ending.digest)
    promotion = _go_live(places, state, ending, fence)
    anchors.of_run(places.store, places.book, state.run.run_id)
    pointer.follow(places, state.run.pipeline)
    return kept, promotion


def keep_evidence(places: Places, ending: Ending) -> int:
    """Keep a run whose results nobody will see, since another one took its lock; how many files the store has of it."""
    kept = _keep(places, ending, {})
    aftermath.publish_lines(places)
    mark(places, ending.folder, ending.digest)
    anchors.of_run(places.store, places.book, ending.folder.name)
    return kept


def _keep(places: Places, ending: Ending, done: Mapping[str, str]) -> int:
    """Keep the run's files, except those that are there; the number of all, the manifest with them."""
    files = endings.files(ending.manifest, ending.folder)
    keep_all(places, ending.folder, {file: sha256 for file, sha256 in files.items() if done.get(file) != sha256})
    return len(files) + 1


def _go_live(places: Places, state: State, ending: Ending, fence: Fence | None) -> Promotion:
    """Promote where that was asked for, and have the ledger and its copy in the database tell of it."""
    run = state.run
    if not Status(run.status).good:
        return Promotion(promoted=False, text=f"staged, not promoted: the run's status is {run.status}")
    if not (state.go_live and endings.is_whole(ending.manifest)):
        return Promotion(promoted=False, text="staged, not promoted: not asked for")
    by = run.username or getpass.getuser()
    promotion = promote(places.database, run.run_id, run.pipeline, by, fence, state.policy)
    if chronicle.complete(places.database, places.book):
        aftermath.publish_lines(places)
    return promotion
