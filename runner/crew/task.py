"""A task: one step, ready to be run by itself; what came of it; and who may run it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from runner.execute import Execution
from runner.kernel.supervision import Watch
from runner.outcomes import Status
from runner.reading.pipeline import Step
from runner.records.record import AttemptRecord, FileRecord


@dataclass(frozen=True)
class Task:
    """One step as it is handed to whoever runs it. Of secrets it holds the names, never the texts."""

    name: str
    asked: Step
    """The step as the pipeline file has it: limits, attempts."""
    notebook: Path
    copy: str
    """File name of its executed copy."""
    values: Mapping[str, object]
    """What is injected."""
    read_back: tuple[str, ...]
    """Names whose values are read back at the end."""
    references: tuple[str, ...]
    """Names of environment variables that its kernel is given, as its parameters ask for."""
    inputs: tuple[str, ...]
    """The parameters that receive paths of what was fetched for the run."""
    needed: tuple[FileRecord, ...]
    """The files of the steps that it needs, and of those that these need."""
    threads: int | None
    """Threads of the numerical libraries; None for what the environment says."""
    pool: int | None
    """How much independent work it does at once; None for as much as there are CPUs."""
    surroundings: Mapping[str, Any]
    """What the step is recorded to run on: `code` by package, `lock`, `packages`, `python`."""
    run_seconds: float | None
    """The limit of the whole run."""
    run_ends: float | None
    """When that passes, by `time.monotonic` of the run's process."""


@dataclass(frozen=True)
class Performance:
    """What came of a task."""

    execution: Execution
    """The last attempt."""
    attempts: tuple[AttemptRecord, ...] = ()
    """Those before it."""
    files: tuple[FileRecord, ...] = ()
    """What it has written, in the run folder by now."""
    faults: tuple[str, ...] = ()
    """Why it may not count as good although its notebook ran."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What was injected in place of what the task says: paths, on another machine."""


def failed(reason: str, status: Status = Status.FAILED) -> Performance:
    """What comes of a task whose notebook did not come to run, or of which nobody knows any more."""
    now = datetime.now(UTC)
    return Performance(Execution(status, now, now, reason))


class Executor(Protocol):
    """Runs tasks, each in the thread that brings it, and comes back when it is over."""

    def folder_of(self, task: str) -> Path:
        """The folder in which the step of that name works."""
        ...

    def perform(self, task: Task, watch: Watch) -> Performance:
        """Run a task. Whatever happens in the notebook or to its kernel is an outcome, never an exception."""
        ...
