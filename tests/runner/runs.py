"""Settings of an installation and rows of runs, for the tests of the runner; without pandas, so quick to import."""

from __future__ import annotations

import dataclasses
import os
import socket
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psutil

from runner import closing
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.outcomes import Status
from runner.records import archive, digests
from runner.records.record import Metric, RunRecord, StepRecord
from runner.settings import Settings
from runner.tables.run_rows import RunRow


def run_row(run_folder: Path, *, status: str = "running", hour: int = 4, **facts: Any) -> RunRow:
    """The row of the run whose folder this is, started on the 15th at `hour`."""
    started = datetime(2026, 1, 15, hour, tzinfo=UTC)
    facts = {"username": "cron", "host": "shop-1", **facts}
    return RunRow(run_id=run_folder.name, pipeline=run_folder.parent.name, status=status, started_at=started, **facts)


def begun(folder: Path, *, hour: int = 4, **facts: Any) -> RunRecord:
    """The record of the run whose folder this is, as it stands there: under way, in this process."""
    process = {"pid": os.getpid(), "process_started": psutil.Process().create_time(), "host": socket.gethostname()}
    record = a_record(
        a_step("report", status=Status.RUNNING),
        run_id=folder.name,
        pipeline=folder.parent.name,
        started=datetime(2026, 1, 15, hour, tzinfo=UTC),
        provenance={"git": {"commit": None}, "user": "cron", **process},
    )
    record = dataclasses.replace(record, **facts)
    archive.Manifest(folder).write(record)
    return record


def ended(
    places: Settings,
    folder: Path,
    status: str = "succeeded",
    *,
    hour: int = 4,
    metrics: Iterable[Metric] = (),
    **facts: Any,
) -> str:
    """Let the run of that folder end: its final manifest lies there, and the ledger tells of it; the digest."""
    record = begun(folder, hour=hour)
    step = a_step("report", status=Status(status), metrics=tuple(metrics))
    record = dataclasses.replace(record, steps=(step,)).ended(Status(status), None)
    record = dataclasses.replace(closing.listed(record, folder), **facts)
    archive.Manifest(folder).write(record)
    digest = digests.of_file(folder / archive.MANIFEST)
    book = Book.of(places)
    reconcile.started(book, folder)
    reconcile.finished(book, folder, status, digest)
    return digest


def settings(folder: str | Path, database_url: str, **places: Any) -> Settings:
    """Settings of an installation below `folder`."""
    root = Path(folder)
    return Settings(checkout=root, output=root / "output_notebooks", database_url=database_url, **places)


def a_step(name: str = "writes", **facts: Any) -> StepRecord:
    """The record of a step that has not begun."""
    step = StepRecord(
        name=name,
        base=name,
        item={},
        notebook=f"{name}.ipynb",
        copy=f"{name}.ipynb",
        notebook_sha256="0" * 64,
        needs=(),
        parameters={},
    )
    return dataclasses.replace(step, **facts)


def a_record(*steps: StepRecord, **facts: Any) -> RunRecord:
    """The record of a run that has just begun."""
    record = RunRecord(
        run_id="019a0000-0000-7000-8000-000000000000",
        pipeline="small",
        title="",
        logical_date=date(2026, 1, 15),
        started=datetime(2026, 1, 15, 4, tzinfo=UTC),
        command="runner run small",
        pipeline_file={"path": "/notebooks/small.yml", "sha256": "0" * 64},
        provenance={"git": {"commit": None}, "host": "shop-1", "user": "cron"},
        steps=steps or (a_step(),),
    )
    return dataclasses.replace(record, **facts)
