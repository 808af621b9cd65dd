"""Archives of runs for the tests of the desk, written without a kernel: a run costs milliseconds."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from runner import closing
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.outcomes import Status
from runner.records import archive, digests
from runner.records.identifiers import new_run_id
from runner.records.record import CellRecord, FileRecord, Metric, StepRecord
from runner.settings import Settings
from tests.runner import runs

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A picture of one pixel."""


def settings_in(folder: Path) -> Settings:
    """Settings of an installation below a folder, with an output folder."""
    made = runs.settings(folder, f"sqlite:///{folder}/output_notebooks/insiders.db", reviewer="Ada")
    made.output.mkdir(parents=True)
    return made


def put(
    settings: Settings,
    *steps: StepRecord,
    pipeline: str = "monthly",
    status: str = "succeeded",
    logical_date: date = date(2026, 1, 15),
    copies: Mapping[str, Sequence[dict[str, Any]]] | None = None,
    files: dict[str, bytes] | None = None,
    ledger: bool = True,
    listed: bool = True,
    **facts: Any,
) -> Path:
    """A finished run with these steps, copies (cells by file name) and files; the ledger tells of it.

    Unless it is `listed`, the record tells of the files that its steps name, be they there or not.
    """
    folder = archive.make_folder(settings.output, pipeline, new_run_id())
    for name, cells in (copies or {}).items():
        write_copy(folder / name, cells)
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    record = runs.a_record(
        *(steps or (a_step(),)),
        run_id=folder.name,
        pipeline=pipeline,
        logical_date=logical_date,
        started=datetime.combine(logical_date, datetime.min.time(), UTC).replace(hour=4),
        **facts,
    )
    record = closing.listed(record, folder) if listed else record
    record = dataclasses.replace(record, status=Status(status), seconds=12.5)
    archive.Manifest(folder).write(record)
    if ledger:
        book = Book.of(settings)
        reconcile.started(book, folder)
        reconcile.finished(book, folder, status, digests.of_file(folder / archive.MANIFEST))
    return folder


def a_step(
    name: str = "report", *, status: Status = Status.SUCCEEDED, figures: dict[str, float] | None = None, **facts: Any
) -> StepRecord:
    """A step that is over, with figures by name."""
    metrics = tuple(Metric(one, value) for one, value in (figures or {}).items())
    cells = (CellRecord(1, "", status, 0.5),)
    return runs.a_step(name, status=status, **{"metrics": metrics, "cells": cells, "seconds": 1.5, **facts})


def a_file(path: str) -> FileRecord:
    """A file as a record tells of it, whether it is there or not."""
    return FileRecord(path, 4, "0" * 64)


def write_copy(path: Path, cells: Sequence[dict[str, Any]], **metadata: Any) -> None:
    """Write a notebook of these cells."""
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}))


def code(source: str = "1", *outputs: dict[str, Any]) -> dict[str, Any]:
    """A cell with code."""
    return {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": 1, "source": source, "outputs": outputs}


def words(source: str, **more: Any) -> dict[str, Any]:
    """A cell with text."""
    return {"cell_type": "markdown", "id": "m", "metadata": {}, "source": source, **more}


def shows(metadata: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """An output, given as `text_html=…`."""
    kinds = {kind.replace("_", "/", 1).replace("_", "+"): content for kind, content in data.items()}
    return {"output_type": "display_data", "metadata": metadata or {}, "data": kinds}


def of_kind(kind: str, content: Any) -> dict[str, Any]:
    """An output of any MIME type."""
    return {"output_type": "display_data", "metadata": {}, "data": {kind: content}}


def prints(text: str) -> dict[str, Any]:
    """What a cell printed."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def fails(name: str = "ValueError", value: str = "no such column", trace: str = "Traceback") -> dict[str, Any]:
    """An error."""
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [trace]}
