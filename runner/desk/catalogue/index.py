"""The index of all runs: made from their manifests once, then kept up with what has changed at each look.

A look asks the pipelines' folders whether runs were added, and the runs under way how they stand; every so often, every
run folder. The index is nobody's evidence: it may be removed at any time, and every page of
a single run reads that run's own record.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from runner.desk import sheets
from runner.desk.catalogue import events, tables
from runner.desk.catalogue.entries import BROKEN, MISSING, PRUNED, Entries
from runner.errors import RecordError
from runner.ledger.book import FILE
from runner.ledger.line import Event
from runner.outcomes import Status
from runner.reading.pipeline import is_name
from runner.records.identifiers import is_run_id
from runner.records.record import MANIFEST

EVERY_S = 10.0
"""So often every run folder is looked at: a record that changes after its end is no everyday thing."""
BATCH = 200
"""So many runs are taken up in one transaction."""
_NO_RECORD = "no record"


class Index:
    """The index of an archive; several threads may use it."""

    def __init__(self, output: Path, path: Path | None = None, every: float = EVERY_S) -> None:
        self.output, self.every = output, every
        self._connection = tables.opened(tables.path_for(output) if path is None else path)
        self._lock = threading.RLock()
        self._looked: float | None = None
        self._entries = Entries(self._connection)
        self._stamps: dict[str, str] = dict(
            self._connection.execute("SELECT folder, stamp FROM runs WHERE stamp <> ''").fetchall()
        )
        self._ledger = self._shelves = ""
        under_way = "SELECT folder FROM runs WHERE status = ? OR stamp = ?"
        self._restless = {one for (one,) in self._connection.execute(under_way, (Status.RUNNING, _NO_RECORD))}

    @contextmanager
    def asked(self) -> Iterator[sqlite3.Connection]:
        """The index as it is now, for one thread at a time; it is refreshed where the last look is long ago."""
        with self._lock:
            self.refresh()
            yield self._connection

    def refresh(self, watch: Callable[[int, int], None] | None = None) -> None:
        """Take up what has changed in the archive; `watch` hears of it as (done, all)."""
        with self._lock:
            shelves = _shelves(self.output)
            if self._looked is None or shelves != self._shelves or monotonic() - self._looked >= self.every:
                self._shelves, self._looked = shelves, monotonic()
                self._look(dict(_folders(self.output)), watch)
            elif self._restless or _ledger(self.output) != self._ledger:
                now = {folder: _stamp(f"{self.output}/{folder}") for folder in self._restless}
                self._look({**self._stamps, **now}, watch)

    def _look(self, found: dict[str, str], watch: Callable[[int, int], None] | None) -> None:
        """Bring the index to what was found, by folder."""
        changed = [one for one, stamp in found.items() if self._stamps.get(one) != stamp or one in self._restless]
        gone = [folder for folder in self._stamps if folder not in found]
        self._in_batches(changed, found, watch)
        ledger = _ledger(self.output)
        with self._writing():
            for folder in gone:
                self._entries.forget(folder)
            if events.follow(self._connection, self.output) or changed or gone:
                self._tell_of_the_absent(found)
        for folder in gone:
            del self._stamps[folder]
        self._restless &= found.keys()
        self._ledger = ledger

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _in_batches(self, changed: list[str], found: dict[str, str], watch: Callable[[int, int], None] | None) -> None:
        for start in range(0, len(changed), BATCH):
            batch = changed[start : start + BATCH]
            with self._writing():
                for folder in batch:
                    self._take(folder, found[folder])
            if watch is not None:
                watch(start + len(batch), len(changed))

    def _take(self, folder: str, stamp: str) -> None:
        try:
            sheet = sheets.read(self.output / folder)
            self._entries.keep(sheet, stamp)
            status = sheet.status
        except RecordError as fault:
            self._entries.keep_without_record(folder, BROKEN, str(fault), stamp)
            status = Status.FAILED
        self._stamps[folder] = stamp
        restless = status is Status.RUNNING or stamp == _NO_RECORD
        (self._restless.add if restless else self._restless.discard)(folder)

    def _tell_of_the_absent(self, found: dict[str, str]) -> None:
        """List the runs that the ledger tells of and that have no folder: pruned ones, and those that are missing."""
        self._connection.execute("DELETE FROM runs WHERE stamp = ''")
        query = "SELECT run_id, pipeline, event, at, who FROM events WHERE event IN (?, ?, ?) ORDER BY number"
        absent: dict[str, tuple[str, str, str]] = {}
        for run_id, pipeline, event, at, who in self._connection.execute(
            query, (Event.STARTED, Event.ADOPTED, Event.PRUNED)
        ):
            if run_id is None or not is_run_id(run_id) or not is_name(pipeline or ""):
                continue
            folder = f"{pipeline}/{run_id}"
            if folder not in found and event == Event.PRUNED:
                absent[folder] = (PRUNED, f"pruned on {at[:10]} by {who}; the ledger keeps its digest", at)
            elif folder not in found:
                absent[folder] = (MISSING, "the ledger tells of this run, and its folder is not there", at)
        for folder, (status, reason, at) in absent.items():
            self._entries.keep_without_record(folder, status, reason, started=at)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            self._entries = Entries(self._connection)
            raise
        self._connection.execute("COMMIT")


def _folders(output: Path) -> Iterator[tuple[str, str]]:
    """Every run folder as `pipeline/run_id`, with what changes when its manifest does."""
    for pipeline in _names(output):
        if is_name(pipeline):
            root = f"{output}/{pipeline}"
            yield from ((f"{pipeline}/{run}", _stamp(f"{root}/{run}")) for run in _names(Path(root)) if is_run_id(run))


def _shelves(output: Path) -> str:
    """What changes when a run folder is added or removed."""
    return " ".join(f"{one}:{_mtime(output / one)}" for one in _names(output))


def _ledger(output: Path) -> str:
    """What changes when the ledger does."""
    return str(_mtime(output / FILE))


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _stamp(folder: str) -> str:
    try:
        status = os.stat(f"{folder}/{MANIFEST}", follow_symlinks=False)  # noqa: PTH116 - ten thousand times in a look
    except OSError:
        return _NO_RECORD
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"
