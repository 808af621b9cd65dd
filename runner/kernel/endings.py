"""How a notebook comes to a stop before its end: what happened to its kernel or its cell, as a status and one line."""

from __future__ import annotations

import signal
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError

from runner import copies, wording
from runner.kernel import oom, process
from runner.kernel.provisioner import Guard
from runner.outcomes import Status


class NotebookStopped(Exception):  # noqa: N818 - it is an outcome, not a fault of the program
    """A notebook did not run to its end."""

    def __init__(self, status: Status, reason: str, stopped_at: int | None = None) -> None:
        super().__init__(f"cell {stopped_at}: {reason}" if stopped_at else reason)
        self.status = status
        self.reason = reason
        self.stopped_at = stopped_at


def of_kernel(guard: Guard, oom_kills: int) -> NotebookStopped | None:
    """How a kernel ended; None while it lives. At its start the system's count of kills for memory was `oom_kills`."""
    status = guard.poll()
    if status is None:
        return None
    if guard.killed:
        reason = "the kernel's guardian process was killed, and the kernel ended with it"
        return NotebookStopped(Status.KERNEL_DIED, reason)
    if status == -signal.SIGKILL and oom.kills() > oom_kills:
        reason = "memory ran out on this host or in its container, and the system killed the kernel"
        return NotebookStopped(Status.OUT_OF_MEMORY, reason)
    return NotebookStopped(Status.KERNEL_DIED, process.death(status))


def of_memory(used: int, limit: int | None) -> NotebookStopped:
    """The end of a kernel that used more memory than it may."""
    reason = f"the step used {wording.memory(used)}, its limit is {wording.memory(limit)}"
    return NotebookStopped(Status.OUT_OF_MEMORY, reason)


def of_cell(error: CellExecutionError, cell: nbformat.NotebookNode) -> NotebookStopped:
    """What the exception that a cell ended with means for the step."""
    if error.ename == "SystemExit":
        return NotebookStopped(Status.FAILED, f"the cell called sys.exit({error.evalue})")
    # numpy, pyarrow and torch have their own kinds, whose names all end so.
    status = Status.OUT_OF_MEMORY if error.ename.endswith("MemoryError") else Status.FAILED
    return NotebookStopped(status, copies.error_of(cell) or f"{error.ename}: {error.evalue}".removesuffix(": "))


def of_clock(what: str, seconds: float | None) -> NotebookStopped:
    """The end of a cell, a step or a run at its time limit."""
    if seconds is None:
        return NotebookStopped(Status.TIMED_OUT, f"the {what} took longer than its limit")
    limit = f"{seconds / 60:.3g} minutes" if seconds >= 60 else f"{seconds:.3g} seconds"
    return NotebookStopped(Status.TIMED_OUT, f"the {what} took longer than its limit of {limit}")


def unwritten(copy: Path, error: OSError) -> str:
    """That the disk refused the executed copy, and what the reader finds in its place."""
    kept = "the last good copy is in place" if copy.exists() else "there is no copy"
    return f"the copy could not be written: {error.strerror or error}: {copy.name}; {kept}"
