"""Small archives with a ledger, made without running anything."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime
from pathlib import Path

from runner.keeping import objects
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.outcomes import Status
from runner.records import archive, digests
from runner.records.identifiers import new_run_id
from runner.records.record import FileRecord
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from tests.runner.runs import a_record, a_step

TABLE = b"the same table " * 1000


def begun(settings: Settings, pipeline: str = "small", *, told: bool = True) -> Path:
    """The folder of a run that is under way in this process."""
    folder = archive.make_folder(settings.output, pipeline, new_run_id())
    record = a_record(run_id=folder.name, pipeline=pipeline)
    (folder / archive.MANIFEST).write_bytes(record.to_json(Redactor()))
    if told:
        reconcile.started(Book.of(settings), folder)
    return folder


def a_run(
    settings: Settings, pipeline: str = "small", status: Status = Status.SUCCEEDED, *, table: bytes = TABLE
) -> Path:
    """The folder of a run that has ended: a table that all runs share, a note of its own, and its lines."""
    folder = begun(settings, pipeline)
    note = folder.name.encode()
    (folder / "tables/a.parquet").write_bytes(table)
    (folder / "artifacts/note.txt").write_bytes(note)
    files = (
        FileRecord("tables/a.parquet", len(table), hashlib.sha256(table).hexdigest()),
        FileRecord("artifacts/note.txt", len(note), hashlib.sha256(note).hexdigest()),
    )
    record = a_record(a_step(status=status, files=files), run_id=folder.name, pipeline=pipeline)
    record = dataclasses.replace(record, status=status, finished=datetime.now(UTC), seconds=1.0)
    (folder / archive.MANIFEST).write_bytes(record.to_json(Redactor()))
    reconcile.finished(Book.of(settings), folder, status, digests.of_file(folder / archive.MANIFEST))
    objects.link(settings.output, folder, [(file.path, file.sha256, file.bytes) for file in files])
    return folder


def runs_left(settings: Settings) -> list[Path]:
    """The folders of all runs, the oldest first."""
    return archive.run_folders(settings.output)[::-1]
