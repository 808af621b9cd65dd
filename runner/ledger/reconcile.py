"""What a kill left untold: lines of the ledger that are completed from what lies in the run folders.

A run writes its folder, then `started`; its final manifest, then `finished`. Whoever comes next writes what is missing
between two of these, so a crash is never damage. Nothing else is taken in: a folder that the ledger does not know is
one in which nothing ran, or one from before there was a ledger, or it was put there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runner.delivery import endings, state
from runner.delivery.state import State
from runner.errors import RecordError
from runner.ledger.book import Book
from runner.ledger.line import Event, Line
from runner.outcomes import Status
from runner.records import archive
from runner.settings import Settings

_NEW = (Event.OPENED, Event.ADOPTED)
"""As long as a ledger has no other lines, folders from before it are taken in."""
_ENDS = (Event.FINISHED, Event.ADOPTED)
SINCE = 3
"""The first format of manifests that were written by a runner with a ledger: no such run is from before it."""
_NOT_RUN = (Status.NOT_RUN, Status.SKIPPED)


def reconcile(settings: Settings, book: Book) -> list[Line]:
    """Complete the ledger, and return the lines that were missing; a `RecordError` where it cannot be read or written.

    A run that is found ended gets a place in the spool, so that it is archived like any other.
    """
    lines = book.lines()
    known = {line.run_id for line in lines}
    ended = {line.run_id for line in lines if line.event in _ENDS}
    adopts = all(line.event in _NEW for line in lines)
    written: list[Line] = []
    for folder in reversed(archive.run_folders(settings.output)):
        if folder.name in ended or (manifest := _read(folder)) is None:
            continue
        sealed = archive.sealed(folder)
        if sealed is None:
            # One that began before there was a ledger is still under way, and is going to be found when it has ended.
            written += [started(book, folder)] if adopts and folder.name not in known else []
        elif folder.name in known:
            written.append(_found(settings, book, folder, *sealed))
        elif _nothing_ran(folder, manifest):
            written += taken_in(settings, book, folder)
        elif adopts and manifest.get("format", 1) < SINCE:
            written.append(_adopted(book, folder, *sealed))
    return written


def started(book: Book, folder: Path) -> Line:
    """The line of a run that is about to begin; written once."""
    pipeline, run_id = folder.parent.name, folder.name
    return book.append(Event.STARTED, pipeline=pipeline, run_id=run_id, unless=_is(Event.STARTED))


def finished(book: Book, folder: Path, status: str, digest: str, *, found: bool = False) -> Line:
    """The line of a run that has ended; written once, by the run itself or by who finds it ended."""
    facts: dict[str, Any] = {"status": str(status)}
    if found:
        facts["found"] = True
    pipeline, run_id = folder.parent.name, folder.name
    return book.append(
        Event.FINISHED, pipeline=pipeline, run_id=run_id, digest=digest, facts=facts, unless=_is(Event.FINISHED)
    )


def taken_in(settings: Settings, book: Book, folder: Path) -> list[Line]:
    """The lines of a run that is over before it could begin, such as one that found its pipeline locked."""
    sealed = archive.sealed(folder)
    return [] if sealed is None else [started(book, folder), _found(settings, book, folder, *sealed)]


def _found(settings: Settings, book: Book, folder: Path, manifest: Mapping[str, Any], digest: str) -> Line:
    # The place in the spool comes first: once the ledger tells of its end, nobody looks for the run again.
    room = state.folder_of(settings.output, folder.name)
    if not state.file_of(room).exists():
        run_folder = folder.relative_to(settings.output).as_posix()
        state.save(room, State(run=endings.row(manifest, digest), run_folder=run_folder))
    return finished(book, folder, manifest["status"], digest, found=True)


def _adopted(book: Book, folder: Path, manifest: Mapping[str, Any], digest: str) -> Line:
    facts = {"status": manifest["status"]}
    pipeline, run_id = folder.parent.name, folder.name
    return book.append(
        Event.ADOPTED, pipeline=pipeline, run_id=run_id, digest=digest, facts=facts, unless=_is(Event.ADOPTED)
    )


def _read(folder: Path) -> dict[str, Any] | None:
    """The manifest; None where the file is no manifest, which is not ours to judge."""
    try:
        return archive.read_manifest(folder)
    except RecordError:
        return None


def _nothing_ran(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether the folder is that of a run that was killed, or refused, before it could be in the ledger."""
    begun = any(step["status"] not in _NOT_RUN for step in manifest["steps"])
    return not begun and not Status(manifest["status"]).good and not (folder / archive.JOURNAL).exists()


def _is(event: Event) -> Callable[[Line], bool]:
    return lambda line: line.event is event
