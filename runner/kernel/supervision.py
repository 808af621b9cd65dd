"""Supervision of a kernel while it runs the cells of one notebook: its life, the clock, and signals to the runner."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from runner import copies
from runner.kernel import process
from runner.kernel.stopping import Stop
from runner.kernel.usage import Usage
from runner.outcomes import Status

GRACE_SECONDS = 3.0
"""How long an interrupted cell may take to end before its kernel is killed."""
POLL_SECONDS = 0.1
LAST_WORDS_BYTES = 8000
"""So much of a dead kernel's stderr its copy shows."""
LONGEST_SOCKET_FOLDER = 80
"""Unix allows about 100 characters for the path of a socket; beyond, the kernel listens on the loopback interface."""


class NotebookStopped(Exception):  # noqa: N818 - it is an outcome, not a fault of the program
    """A notebook did not run to its end."""

    def __init__(self, status: Status, reason: str, stopped_at: int | None = None) -> None:
        super().__init__(f"cell {stopped_at}: {reason}" if stopped_at else reason)
        self.status = status
        self.reason = reason
        self.stopped_at = stopped_at


class Watch:
    """Hears what happens in a notebook while it happens; this one keeps it to itself."""

    def kernel_started(self, pid: int) -> None:
        """A kernel answers."""

    def cell_started(self, number: int, total: int) -> None:
        """A cell that holds code was sent to the kernel."""

    def cell_finished(self, number: int, total: int, status: Status, seconds: float) -> None:
        """A cell that holds code came to an end."""


@dataclass(frozen=True)
class Supervision:
    """Circumstances of one execution."""

    environment: Mapping[str, str] = field(default_factory=lambda: process.environment(os.environ, {}))
    """The whole environment of the kernel."""
    folder: Path | None = None
    """The kernel's working directory; without it the runner's own."""
    step_seconds: float | None = None
    cell_seconds: float | None = None
    stop: Stop = field(default_factory=Stop)
    watch: Watch = field(default_factory=Watch)


class Client(PapermillNotebookClient):
    """Runs the cells, and watches the kernel, the clock and the signals while it does."""

    supervision: Supervision

    async def supervise(self) -> None:
        """Start a kernel, run the cells, and leave no kernel behind."""
        self._step_ends = _after(self.supervision.step_seconds)
        self._told_to_stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.supervision.stop.call(lambda: loop.call_soon_threadsafe(self._told_to_stop.set))
        with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
            self.km = self.create_kernel_manager()
            self.km.connection_file = f"{folder}/kernel.json"
            self._log = Path(folder, "kernel.log")
            if len(folder) < LONGEST_SOCKET_FOLDER:
                # Sockets in a private folder cannot be reached over the network, and need no free port.
                self.km.transport = "ipc"
            try:
                await self._start()
                await self._run_cells()
            finally:
                self.supervision.stop.call(None)
                if self.km is not None:
                    await self._async_cleanup_kernel()

    async def _start(self) -> None:
        try:
            await self._unless_stopped(self._start_kernel(), _after(None))
        except (RuntimeError, OSError, NoSuchKernel, NotebookStopped) as error:
            if isinstance(error, NotebookStopped) and error.status is not Status.KERNEL_DIED:
                raise
            said = self._last_words().strip().splitlines()
            reason = f"the kernel did not start: {said[-1] if said else error}"
            raise NotebookStopped(Status.KERNEL_DIED, reason) from error

    async def _start_kernel(self) -> None:
        supervision = self.supervision
        folder = str(supervision.folder or Path.cwd())
        with self._log.open("wb") as log:
            # What does not come as a message, a crash report for example, would otherwise stand on the runner's stderr.
            await self.async_start_new_kernel(env=dict(supervision.environment), cwd=folder, stdout=log, stderr=log)
        await self.async_start_new_kernel_client()
        info = await self.async_wait_for_reply(self.kc.kernel_info())
        if info is not None:
            self.nb.metadata["language_info"] = info["content"]["language_info"]

    async def _run_cells(self) -> None:
        total = sum(map(copies.runs_code, self.nb.cells))
        self.supervision.watch.kernel_started(self.km.provisioner.pid)
        with Usage(self.km.provisioner.pid) as usage:
            number = 0
            try:
                for index, cell in enumerate(self.nb.cells):
                    number += copies.runs_code(cell)
                    await self._run_cell(index, cell, number, total)
            finally:
                usage.sample()
                self.nb.metadata.papermill["cpu_seconds"] = round(usage.cpu_seconds, 2)
                self.nb.metadata.papermill["peak_memory_bytes"] = usage.peak_bytes
                await self._async_cleanup_kernel()
                process.kill(usage.descendants)

    async def _run_cell(self, index: int, cell: nbformat.NotebookNode, number: int, total: int) -> None:
        """Run one cell, settle its status in the copy, and raise `NotebookStopped` where it is the last one."""
        status, begun = Status.FAILED, monotonic()
        self.nb_man.cell_start(cell, index)
        if copies.runs_code(cell):
            self.supervision.watch.cell_started(number, total)
        try:
            await self._unless_stopped(self.async_execute_cell(cell, index), _after(self.supervision.cell_seconds))
            status = Status.SUCCEEDED
        except CellExecutionError:
            reason = copies.error_of(cell) or "the cell failed without saying why"
            raise NotebookStopped(status, reason, number) from None
        except NotebookStopped as stopped:
            status = stopped.status
            if status is Status.KERNEL_DIED and (said := self._last_words()):
                cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=said))
            raise NotebookStopped(status, stopped.reason, number) from None
        finally:
            self.nb_man.cell_complete(cell, cell_index=index)
            if status is not Status.SUCCEEDED:
                cell.metadata.papermill.update(status=status.value, exception=True)
            if copies.runs_code(cell):
                self.supervision.watch.cell_finished(number, total, status, monotonic() - begun)

    def _last_words(self) -> str:
        """What the kernel left on its stderr."""
        return (
            self._log.read_bytes()[-LAST_WORDS_BYTES:].decode("utf-8", errors="replace") if self._log.exists() else ""
        )

    async def _unless_stopped(self, work: Awaitable[Any], cell_ends: float) -> None:
        """Wait for the work, unless the kernel dies, a time limit passes or a signal comes before it is done."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=POLL_SECONDS)
                if not task.done():
                    await self._check(cell_ends)
            await task
        except (DeadKernelError, CellTimeoutError) as error:
            raise NotebookStopped(Status.KERNEL_DIED, self._death() or str(error)) from None
        except NotebookStopped as stopped:
            await self._give_up(task, interrupt=stopped.status is not Status.KERNEL_DIED)
            raise

    async def _check(self, cell_ends: float) -> None:
        """Raise `NotebookStopped` where there is a reason to stop."""
        if self._told_to_stop.is_set() and self.supervision.stop.signal is not None:
            raise NotebookStopped(Status.CANCELLED, f"stopped by {self.supervision.stop.signal.name}")
        if monotonic() >= cell_ends:
            raise NotebookStopped(Status.TIMED_OUT, _overrun("cell", self.supervision.cell_seconds))
        if monotonic() >= self._step_ends:
            raise NotebookStopped(Status.TIMED_OUT, _overrun("step", self.supervision.step_seconds))
        if self.km.has_kernel and self._death():
            raise NotebookStopped(Status.KERNEL_DIED, self._death() or "")

    def _death(self) -> str | None:
        """How the kernel died; None while it lives."""
        kernel = self.km.provisioner.process if self.km and self.km.provisioner else None
        if kernel is None or kernel.poll() is None:
            return None
        return process.death(kernel.returncode)

    async def _give_up(self, task: asyncio.Future[Any], *, interrupt: bool) -> None:
        """Let the cell end by an interrupt and keep what it printed; without that, leave it and kill its kernel."""
        if interrupt and self.km.has_kernel:
            await self.km.interrupt_kernel()
        await asyncio.wait({task}, timeout=GRACE_SECONDS if interrupt else 2 * POLL_SECONDS)
        if not task.done():
            self.shutdown_kernel = "immediate"
            task.cancel()
        # Whatever the cell ends with now, why it was given up is what counts.
        await asyncio.gather(task, return_exceptions=True)


def _after(seconds: float | None) -> float:
    return float("inf") if seconds is None else monotonic() + seconds


def _overrun(what: str, seconds: float | None) -> str:
    limit = f"{(seconds or 0) / 60:.3g} minutes" if (seconds or 0) >= 60 else f"{seconds:.3g} seconds"
    return f"the {what} took longer than its limit of {limit}"
