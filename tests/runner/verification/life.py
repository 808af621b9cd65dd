"""The life of a small archive, in this process: runs, deliveries, reviews, pruning, and kills at any system call.

The parts are the runner's own, in the order in which `runner.run` calls them; only the notebooks are not there. A kill
is an exception at one of the calls that change the disk, after which no such call has any effect any more, so that
nothing is tidied up on the way out.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import random
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from runner import closing, elsewhere, opening
from runner.delivery import spool, state
from runner.keeping import objects, prune
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.outcomes import Status
from runner.records import archive, digests
from runner.records.archive import Manifest
from runner.records.identifiers import new_run_id
from runner.records.journal import Journal
from runner.records.record import RunRecord
from runner.settings import Settings
from runner.tables import database, ledger_rows
from tests.runner.runs import a_record, a_step

CALLS = ("write", "replace", "rename", "link", "unlink", "rmdir", "mkdir", "ftruncate", "fchmod")
"""Calls by which the runner changes the disk."""


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def kill_at(number: int | None) -> Iterator[list[int]]:
    """Kill the process at its n-th change of the disk; None lets it live. The list tells how many there were."""
    made = [0]

    def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def change(*arguments: Any, **options: Any) -> Any:
            made[0] += 1
            if number is not None and made[0] >= number:
                raise Killed
            return call(*arguments, **options)

        return change

    with ExitStack() as stack:
        for name in CALLS:
            stack.enter_context(mock.patch.object(os, name, guarded(getattr(os, name))))
        yield made


@dataclass
class Life:
    """An archive, and what happens to it."""

    settings: Settings
    chance: random.Random
    told: list[str] = field(default_factory=list)
    """What has happened, for who reads of a failure."""
    kills: int = 0
    alive: set[int] = field(default_factory=set)
    """Numbers of the processes that live: each thing that happens is one of its own."""
    at: int = 0
    """The number of the latest one."""

    def vanished(self, manifest: Mapping[str, Any]) -> bool:
        """Whether the process that writes a manifest is gone; all of them are this one."""
        return manifest["provenance"]["pid"] not in self.alive

    def go_on(self) -> None:
        """One more thing happens, and perhaps its process is killed."""
        happen = self.chance.choices(
            [self.run, self.run_that_hangs, self.refused, self.sync, self.prune, self.review],
            weights=[8, 1, 1, 3, 3, 2],
        )[0]
        at = self.chance.randint(1, 60) if self.chance.random() < 0.4 else None
        self.told.append(f"{happen.__name__}{'' if at is None else f', killed at {at}'}")
        try:
            with self.as_its_process(stays=happen == self.run_that_hangs), kill_at(at):
                happen()
        except Killed:
            self.kills += 1

    @contextmanager
    def as_its_process(self, *, stays: bool = False) -> Iterator[None]:
        """What happens is done by a process of its own, which is gone afterwards unless it stays."""
        self.at += 1
        self.alive.add(self.at)
        goes = True
        try:
            with mock.patch.object(archive, "_vanished", self.vanished):
                yield
                goes = not stays
        finally:
            if goes:
                self.alive.discard(self.at)

    def run(self) -> None:
        """A run that ends, well or not, and is perhaps delivered."""
        status = self.chance.choice([Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED])
        record, manifest, book = self._begun()
        folder = manifest.folder
        with Journal(folder / archive.JOURNAL) as journal:
            journal.write("run_started", run_id=record.run_id)
            before = archive.snapshot(folder)
            journal.write("step_started", step="writes")
            for number in range(self.chance.randint(0, 3)):
                # Equal in many runs, or of this one only.
                content = b"equal" * 50 if self.chance.random() < 0.5 else self.chance.randbytes(40)
                (folder / "tables" / f"{number}.parquet").write_bytes(content)
            step = a_step(status=status, files=archive.written_since(folder, before))
            journal.write("step_finished", step="writes", status=status)
        record = closing.listed(closing.closing(dataclasses.replace(record, steps=(step,))), folder)
        manifest.write(record)
        reconcile.finished(book, folder, record.status, digests.of_file(folder / archive.MANIFEST))
        files = [file for one in record.steps for file in one.files] + list(record.files or ())
        objects.link(self.settings.output, folder, [(file.path, file.sha256, file.bytes) for file in files])
        if self.chance.random() < 0.5:
            self.sync()

    def run_that_hangs(self) -> None:
        """A run that is under way, in a process that lives, for as long as the archive is looked at."""
        _, manifest, _ = self._begun()
        (manifest.folder / "tables" / "half.parquet").write_bytes(b"half")

    def refused(self) -> None:
        """A run that found the pipeline locked."""
        record = opening.refused(self._record(), "the pipeline is locked")
        book = Book.of(self.settings)
        folder = archive.make_folder(self.settings.output, record.pipeline, record.run_id)
        Manifest(folder).write(closing.listed(record, folder))
        reconcile.reconcile(self.settings, book)

    def sync(self) -> None:
        """Whatever is pending is delivered."""
        for _ in spool.sync(self.settings):
            continue

    def prune(self) -> None:
        """Old runs go."""
        reconcile.reconcile(self.settings, Book.of(self.settings))
        made = prune.plan(self.settings, keep=self.chance.randint(0, 3))
        for _ in prune.carry_out(self.settings, made):
            continue

    def review(self) -> None:
        """A reviewer says something of a run, and the database learns of it, or is away."""
        book = Book.of(self.settings)
        ended = [line for line in book.lines() if line.event is Event.FINISHED]
        if not ended:
            return
        line = self.chance.choice(ended)
        event = self.chance.choice([Event.APPROVED, Event.REJECTED, Event.PINNED, Event.UNPINNED])
        run, why = (line.pipeline, line.run_id, line.digest), {"why": "seen"}
        book.append(event, pipeline=run[0], run_id=run[1], digest=run[2], who="Ann", facts=why)
        if self.chance.random() < 0.5:
            engine = database.engine(self.settings.database_url)
            database.migrate(engine)
            database.transact(engine, lambda connection: ledger_rows.write_book(connection, book))
            engine.dispose()

    def old_run(self) -> Path:
        """A run of a version that kept no ledger."""
        record = self._record()
        folder = archive.make_folder(self.settings.output, "small", record.run_id)
        (folder / "tables" / "x.parquet").write_bytes(b"x")
        step = a_step(status=Status.SUCCEEDED, files=archive.written_since(folder, {}))
        Manifest(folder).write(dataclasses.replace(record, pipeline="small", steps=(step,), status=Status.SUCCEEDED))
        told = json.loads((folder / archive.MANIFEST).read_bytes())
        older = {name: value for name, value in told.items() if name not in ("files", "policy")}
        (folder / archive.MANIFEST).write_text(json.dumps({**older, "format": 2}))
        return folder

    def _begun(self) -> tuple[RunRecord, Manifest, Book]:
        record = self._record()
        manifest = Manifest(archive.make_folder(self.settings.output, record.pipeline, record.run_id))
        if self.chance.random() < 0.3:
            (manifest.folder / "changes.diff").write_text("a change")
        manifest.write(record)
        book = Book.of(self.settings)
        reconcile.reconcile(self.settings, book)
        reconcile.started(book, manifest.folder)
        room = state.folder_of(self.settings.output, record.run_id)
        run_folder = manifest.folder.relative_to(self.settings.output).as_posix()
        state.save(room, state.State(run=elsewhere.row(record), run_folder=run_folder))
        return record, manifest, book

    def _record(self) -> RunRecord:
        process = {"host": socket.gethostname(), "user": "cron", "pid": self.at, "process_started": 0.0}
        pipeline = self.chance.choice(["small", "large"])
        provenance = {"git": {"commit": None}, **process}
        return a_record(run_id=new_run_id(), pipeline=pipeline, provenance=provenance)


def new_life(folder: Path, template: Path, seed: int, **places: Any) -> Life:
    """An archive without a run, whose database has its tables already: making them takes longer than all the rest."""
    folder.mkdir(parents=True)
    (folder / "results.db").write_bytes(template.read_bytes())
    url = f"sqlite:///{folder / 'results.db'}"
    settings = Settings(checkout=folder, output=folder / "output", database_url=url, **places)
    return Life(settings, random.Random(seed))
