"""One step: its notebook runs in a kernel of its own, and what became of it is a record."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import papermill_engines

from runner import copies
from runner.kernel import endings
from runner.kernel.engine import ENGINE
from runner.kernel.supervision import NotebookStopped, Supervision
from runner.outcomes import Status
from runner.records.record import CellRecord, Metric


@dataclass(frozen=True)
class Execution:
    """What became of one execution of a notebook."""

    status: Status
    started: datetime
    finished: datetime
    reason: str | None = None
    stopped_at: int | None = None
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
    cells: tuple[CellRecord, ...] = ()
    metrics: tuple[Metric, ...] = ()
    read_back: dict[str, str] = field(default_factory=dict)
    """The `repr` that names had in the kernel at the end. Empty where the kernel died; a deleted name is not in it."""
    story: str | None = None
    """Traceback of a fault of the runner itself, for the journal."""

    @property
    def seconds(self) -> float:
        """Wall time, with the kernel's start and end."""
        return round((self.finished - self.started).total_seconds(), 3)


def execute(notebook: Path, copy: Path, values: Mapping[str, object], supervision: Supervision) -> Execution:
    """Run a notebook with the values injected, leave its executed copy at `copy`, and say what became of it.

    Whatever happens in the notebook or to its kernel is an outcome, never an exception; the copy is written in any
    case in which there is one to write.
    """
    started = datetime.now(UTC)
    book: nbformat.NotebookNode | None = None
    try:
        book = copies.prepare(notebook, values)
        kernel = book.metadata.get("kernelspec", {}).get("name", "python3")
        papermill_engines.execute_notebook_with_engine(
            ENGINE, book, kernel, output_path=str(copy), progress_bar=False, supervision=supervision
        )
        outcome: dict[str, Any] = {"status": Status.SUCCEEDED}
    except NotebookStopped as stopped:
        outcome = {"status": stopped.status, "reason": stopped.reason, "stopped_at": stopped.stopped_at}
    except OSError as error:
        story = "".join(traceback.format_exception(error))
        reason = f"the notebook could not be read: {error}" if book is None else endings.unwritten(copy, error)
        outcome = {"status": Status.FAILED, "reason": reason, "story": story}
    except Exception as error:  # noqa: BLE001 - the record of a run survives a fault of the runner, and tells it
        reason = f"a fault of the runner: {type(error).__name__}: {error}"
        outcome = {"status": Status.FAILED, "reason": reason, "story": traceback.format_exc()}
    finished = datetime.now(UTC)
    if book is not None and "start_time" in book.metadata.papermill:
        told = book.metadata.papermill
        outcome |= {name: told.get(name) for name in ("cpu_seconds", "peak_memory_bytes")}
        outcome |= {"cells": copies.cells(book), "metrics": copies.metrics(book)}
        outcome |= {"read_back": dict(told.get("read_back", {}))}
    return Execution(started=started, finished=finished, **outcome)
