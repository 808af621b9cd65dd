"""What happened has a name: the statuses of cells, steps and runs, and the exit statuses that scripts rely on."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class Status(StrEnum):
    """How a cell, a step or a run stands. `running` is the only one that is not final."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CACHED = "cached"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    KERNEL_DIED = "kernel_died"
    OUT_OF_MEMORY = "out_of_memory"
    CANCELLED = "cancelled"
    LOST = "lost"
    SKIPPED = "skipped"
    NOT_RUN = "not_run"

    @property
    def good(self) -> bool:
        """Whether steps that need this one may run."""
        return self in (Status.SUCCEEDED, Status.CACHED)


class ExitStatus(IntEnum):
    """What the `runner` process says to the shell, to cron and to CI."""

    SUCCEEDED = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    LOCKED = 4
    TIMED_OUT = 5
    KERNEL_DIED = 6
    PENDING = 7
    DAMAGED = 8
    INTERRUPTED = 130
    TERMINATED = 143


_EXITS = {
    Status.SUCCEEDED: ExitStatus.SUCCEEDED,
    Status.CACHED: ExitStatus.SUCCEEDED,
    Status.FAILED: ExitStatus.FAILED,
    Status.LOST: ExitStatus.FAILED,
    Status.TIMED_OUT: ExitStatus.TIMED_OUT,
    Status.KERNEL_DIED: ExitStatus.KERNEL_DIED,
    Status.OUT_OF_MEMORY: ExitStatus.KERNEL_DIED,
    Status.CANCELLED: ExitStatus.INTERRUPTED,
    Status.SKIPPED: ExitStatus.LOCKED,
}


def of_run(steps: Iterable[Status]) -> Status:
    """The status of a run: that of its first step that neither succeeded nor was skipped because of another."""
    worst = (status for status in steps if not status.good and status is not Status.SKIPPED)
    return next(worst, Status.SUCCEEDED)


def exit_status(status: Status, *, pending: bool = False) -> ExitStatus:
    """The exit status of a finished run; `pending` says that a delivery has still to be made (`runner sync`)."""
    if status.good and pending:
        return ExitStatus.PENDING
    return _EXITS[status]
