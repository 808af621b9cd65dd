"""An errand: a task that is sent to another machine, with all it needs to be run there; and what comes back.

What is sent is plain data without secrets; files go through the exchange, named by their digests.
"""

from __future__ import annotations

from dataclasses import dataclass

from runner.crew.task import Performance, Task
from runner.records.record import FileRecord


@dataclass(frozen=True)
class Fetched:
    """An input of the run: files that stand for one path."""

    parameter: str
    root: str
    """The name of the file or folder whose path the parameter receives."""
    files: tuple[FileRecord, ...]
    """Each by its path from where the root lies."""


@dataclass(frozen=True)
class Errand:
    """A task for another machine."""

    pipeline: str
    run_id: str
    task: Task
    notebook: bytes
    """The notebook itself: the worker may have no checkout of it."""
    inputs: tuple[Fetched, ...]
    seconds_left: float | None
    """What is left of the limit of the whole run."""

    @property
    def topic(self) -> str:
        """Under which the worker tells of it."""
        return topic_of(self.run_id)


@dataclass(frozen=True)
class Report:
    """What a worker brings back."""

    attempt: str
    performance: Performance


def topic_of(run_id: str) -> str:
    """Under which workers tell of a run."""
    return f"insiders-{run_id}"
