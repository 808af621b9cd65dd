"""Delivery: what a request asks for goes to the store first, then to the database; a finished run follows as a whole.

Every part can be repeated: objects are written once, tables are staged once, the pointer moves once. So a delivery that
was cut off anywhere is simply made again.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from runner.delivery import database, fences
from runner.delivery.fences import Fence
from runner.delivery.promote import Promotion, promote
from runner.delivery.publication import Receipt, Request, Staged, Stored
from runner.delivery.run_rows import Metric, RunRow, write_metrics, write_run
from runner.delivery.staging import stage
from runner.delivery.stores import Store, store_of
from runner.errors import DeliveryError
from runner.records.archive import MANIFEST
from runner.settings import Settings

NOT_ARCHIVED = ("inputs",)
"""Folders of a run that stay behind: copies of what lies elsewhere, named in the manifest by digest and version."""
UPLOADS_AT_ONCE = 4


@dataclass(frozen=True)
class Places:
    """The store and the database that the settings name. Nothing is connected before it is needed."""

    settings: Settings
    run_id: str | None = None
    """The run that they belong to, where that is under way: what it has open ends when another takes over."""

    @cached_property
    def store(self) -> Store:
        """Where files are kept."""
        return store_of(self.settings)

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

    def keep(self, run_folder: Path, file: str) -> Stored:
        """Put one file of a run into the store, under the place it has among all runs."""
        key = (run_folder / file).relative_to(self.settings.output).as_posix()
        try:
            kept = self.store.put(run_folder / file, key)
        except FileNotFoundError as fault:
            raise DeliveryError(f"{run_folder / file} is gone: it cannot be kept") from fault
        return Stored(file=file, uri=kept.uri, version=kept.version, sha256=kept.sha256, bytes=kept.bytes)


def deliver(places: Places, run: RunRow, run_folder: Path, request: Request, fence: Fence | None = None) -> Receipt:
    """Keep the request's files and stage its rows. Raises a `PlaceError` or a `DeliveryError`."""
    _check(places, fence)
    kept = []
    for file, sha256 in request.files.items():
        kept.append(places.keep(run_folder, file))
        if kept[-1].sha256 != sha256:
            raise DeliveryError(f"{file} changed after it was asked for")
    return Receipt(status="delivered", objects=kept, tables=_stage(places.database, run, run_folder, request, fence))


def keep_rest(places: Places, run_folder: Path, done: Iterable[str]) -> list[Stored]:
    """Keep every other file of a finished run, except its manifest."""
    left = sorted(set(_files(run_folder)) - {MANIFEST, *done})
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        return list(pool.map(lambda file: places.keep(run_folder, file), left))


def close(places: Places, run: RunRow, metrics: Sequence[Metric], fence: Fence | None = None) -> None:
    """Let the database know how the run ended, and that it had its lock until then, before the slow part begins."""
    database.transact(places.database, lambda connection: _record(connection, run, metrics, fence))


def conclude(places: Places, run: RunRow, run_folder: Path, *, go_live: bool, fence: Fence | None = None) -> Promotion:
    """Keep the manifest of a run that is closed, as the mark that all is there, and promote."""
    _check(places, fence)
    places.keep(run_folder, MANIFEST)
    if not go_live:
        return Promotion(promoted=False, text="staged, not promoted: not asked for")
    return promote(places.database, run.run_id, run.pipeline, run.username or getpass.getuser(), fence)


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


def _record(connection: sa.Connection, run: RunRow, metrics: Sequence[Metric], fence: Fence | None) -> None:
    if fence is not None:
        fence.end(connection)
    write_run(connection, run)
    write_metrics(connection, run.run_id, metrics)


def _files(run_folder: Path) -> list[str]:
    """The run's own files: no links, nothing hidden or half-written, no copies of inputs."""
    found = (path for path in run_folder.rglob("*") if path.is_file() and not path.is_symlink())
    parts = ((path, path.relative_to(run_folder).parts) for path in found)
    return [
        "/".join(names)
        for _, names in parts
        if names[0] not in NOT_ARCHIVED and not any(name.startswith(".") for name in names)
    ]
