"""Delivery: what a request asks for goes to the store first, then to the database; a finished run follows as a whole.

Every part can be repeated: objects are written once, tables are staged once, the pointer moves once. So a delivery that
was cut off anywhere is simply made again. Of a run that has ended the database learns first how it ended (`announce`),
so that no other host makes it again while the bucket is away; then come its files, then in one transaction its metrics
and the ledger's lines (`record`), which say that the files are there, and the manifest last (`mark`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from runner.delivery.publication import Receipt, Request, Staged, Stored
from runner.delivery.staging import stage
from runner.errors import DeliveryError
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records.archive import MANIFEST
from runner.settings import Settings
from runner.stores.objects import StoreConflictError, quarantine_key
from runner.stores.store import Store, store_of
from runner.tables import database, fences
from runner.tables.fences import Fence
from runner.tables.ledger_rows import write_book
from runner.tables.run_rows import Metric, RunRow, write_metrics, write_run

UPLOADS_AT_ONCE = 4


@dataclass(frozen=True)
class Places:
    """The store, the database and the ledger that the settings name. Nothing is connected before it is needed."""

    settings: Settings
    run_id: str | None = None
    """The run that they belong to, where that is under way: what it has open ends when another takes over."""

    @cached_property
    def store(self) -> Store:
        """Where files are kept."""
        return store_of(self.settings)

    @cached_property
    def book(self) -> Book:
        """The ledger of the output folder."""
        return Book.of(self.settings)

    @cached_property
    def database(self) -> sa.Engine:
        """Where rows go, with its tables up to date."""
        name = {} if self.run_id is None else {"name": fences.session_name(self.run_id)}
        engine = database.engine(self.settings.database_url, **name)
        try:
            database.migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def close(self) -> None:
        """Let go of the database's connections."""
        if "database" in vars(self):
            self.database.dispose()

    def keep(self, run_folder: Path, file: str, sha256: str) -> Stored:
        """Put one file of a run into the store; the manifest under its name, all others under their digest.

        Where the store holds something else in its place, the file goes to quarantine, and a `StoreConflictError` is
        the alarm.
        """
        path = run_folder / file
        try:
            if file == MANIFEST:
                key = path.relative_to(self.settings.output).as_posix()
                kept = self.store.put(path, key, sha256)
            else:
                kept = self.store.keep(path, sha256)
        except FileNotFoundError as fault:
            raise DeliveryError(f"{path} is gone: it cannot be kept") from fault
        except StoreConflictError as conflict:
            raise self._quarantined(path, sha256, conflict) from conflict
        return Stored(file=file, uri=kept.uri, version=kept.version, sha256=kept.sha256, bytes=kept.bytes)

    def _quarantined(self, path: Path, sha256: str, conflict: StoreConflictError) -> StoreConflictError:
        """The alarm, once the file is safe elsewhere and the ledger tells of it."""
        if self.settings.bucket is None:
            return conflict  # there is one file, and it lies where it lies
        run_id = next(part for part in path.relative_to(self.settings.output).parts[1:])
        kept = self.store.put(path, quarantine_key(run_id, sha256), sha256)
        self.book.append(
            Event.QUARANTINED,
            pipeline=path.relative_to(self.settings.output).parts[0],
            run_id=run_id,
            facts={"file": path.name, "sha256": sha256, "kept": kept.uri, "said": str(conflict)},
            unless=lambda line: line.event is Event.QUARANTINED and line.facts.get("sha256") == sha256,
        )
        return StoreConflictError(f"DAMAGE: {conflict}; ours is kept at {kept.uri}, and nothing goes live")


def deliver(places: Places, run: RunRow, run_folder: Path, request: Request, fence: Fence | None = None) -> Receipt:
    """Keep the request's files and stage its rows. Raises a `PlaceError` or a `DeliveryError`."""
    _check(places, fence)
    kept = [places.keep(run_folder, file, sha256) for file, sha256 in request.files.items()]
    return Receipt(status="delivered", objects=kept, tables=_stage(places.database, run, run_folder, request, fence))


def announce(places: Places, run: RunRow, fence: Fence | None = None) -> None:
    """Let the database know how the run ended, and that it had its lock until then, before the slow part begins."""

    def work(connection: sa.Connection) -> None:
        if fence is not None:
            fence.end(connection)
        write_run(connection, run)

    database.transact(places.database, work)


def keep_all(places: Places, run_folder: Path, files: Mapping[str, str]) -> list[Stored]:
    """Keep files of a finished run, given by path and digest; after the first fault no other is begun."""
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        begun = [pool.submit(places.keep, run_folder, file, sha256) for file, sha256 in sorted(files.items())]
        try:
            return [one.result() for one in begun]
        finally:
            pool.shutdown(cancel_futures=True)


def record(places: Places, run: RunRow, metrics: Sequence[Metric] = (), fence: Fence | None = None) -> None:
    """Let the database have the run's row, its metrics and the ledger's lines, in one transaction."""

    def work(connection: sa.Connection) -> None:
        if fence is not None:
            fence.check(connection)
        write_run(connection, run)
        write_metrics(connection, run.run_id, metrics)
        write_book(connection, places.book)

    database.transact(places.database, work)


def mark(places: Places, run_folder: Path, digest: str) -> Stored:
    """Keep the manifest, as the mark that all of the run is there."""
    return places.keep(run_folder, MANIFEST, digest)


def _check(places: Places, fence: Fence | None) -> None:
    """Raise a `TakenOverError` before the store is written to, which knows no fences."""
    if fence is not None:
        database.transact(places.database, fence.check)


def _stage(engine: sa.Engine, run: RunRow, run_folder: Path, request: Request, fence: Fence | None) -> list[Staged]:
    def work(connection: sa.Connection) -> list[Staged]:
        if fence is not None:
            fence.check(connection)
        write_run(connection, run)
        return [stage(connection, run.run_id, request.step, rows, run_folder / rows.file) for rows in request.tables]

    return database.transact(engine, work)
