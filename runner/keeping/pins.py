"""Pins: a person's word that a run is to stay, or need not any more. Each is a line of the ledger."""

from __future__ import annotations

from pathlib import Path

from runner.errors import UsageError
from runner.ledger.book import Book
from runner.ledger.line import Event, Line
from runner.records import archive

_PINS = (Event.PINNED, Event.UNPINNED)


def newest(book: Book, run_id: str) -> Line | None:
    """The newest line that pins the run or lets go of it; None where there is none."""
    return next((line for line in reversed(book.of_run(run_id)) if line.event in _PINS), None)


def pin(book: Book, folder: Path, who: str | None, why: str | None = None) -> Line:
    """Keep a run for good. Saying it again, for the same reason, adds nothing.

    Raises a `UsageError` where the run is being removed.
    """
    before = newest(book, folder.name)
    facts = {} if why is None else {"why": why}
    if before is not None and before.event is Event.PINNED and why in (None, before.facts.get("why")):
        return before
    line = book.append(
        Event.PINNED,
        pipeline=folder.parent.name,
        run_id=folder.name,
        digest=_digest(folder),
        who=who,
        facts=facts,
        unless=lambda line: line.event is Event.PRUNED,
    )
    if line.event is Event.PRUNED:
        raise UsageError(f"the run {folder.name} was pruned by {line.who} on {line.at:%Y-%m-%d}: it cannot be kept")
    return line


def unpin(book: Book, folder: Path, who: str | None, why: str | None = None) -> Line | None:
    """Let go of a pinned run; None where it is not pinned."""
    before = newest(book, folder.name)
    if before is None or before.event is Event.UNPINNED:
        return None
    facts = {} if why is None else {"why": why}
    return book.append(
        Event.UNPINNED,
        pipeline=folder.parent.name,
        run_id=folder.name,
        digest=before.digest,
        who=who,
        facts=facts,
        unless=lambda line: line.event is Event.UNPINNED and line.number > before.number,
    )


def _digest(folder: Path) -> str | None:
    """The digest of a run that is over; one that is under way has none yet."""
    sealed = archive.sealed(folder)
    return None if sealed is None else sealed[1]
