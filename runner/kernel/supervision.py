"""Supervision of a kernel while it runs the cells of one notebook: its life, the clock, and signals to the runner."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Mapping
from time import monotonic
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from runner import copies, wording
from runner.kernel import endings, orphans, process
from runner.kernel.circumstances import Supervision, Watch
from runner.kernel.endings import NotebookStopped
from runner.kernel.life import KernelClient, private_folder
from runner.kernel.read_back import read_back
from runner.kernel.usage import Usage
from runner.outcomes import Status

__all__ = ["Client", "NotebookStopped", "Supervision", "Watch"]

GRACE_SECONDS = 3.0
"""How long an interrupted cell may take to end before its kernel is killed."""
POLL_SECONDS = 0.1
END_SECONDS, LOOK_SECONDS = 2.5, 0.01
"""How long a kernel may take to end when it is asked to, before it is interrupted and told by signals."""
READ_BACK_SECONDS = 5.0
"""How long a kernel may take to say what its parameters are in the end."""


class Client(KernelClient):
    """Runs the cells, and watches the kernel, the clock and the signals while it does."""

    _exits = False
    """Whether a cell asked the kernel to exit, which it does a moment after the cell has ended well."""

    async def supervise(self) -> None:
        """Start a kernel, run the cells, and leave no kernel behind."""
        self._step_ends = _after(self.supervision.step_seconds)
        self._told_to_stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def told() -> None:
            with contextlib.suppress(RuntimeError):  # the kernel of another thread has just ended, and its loop with it
                loop.call_soon_threadsafe(self._told_to_stop.set)

        self.supervision.stop.call(told)
        with orphans.received(), private_folder() as folder:
            self._prepare(folder)
            self.on_cell_executed = self._heed
            try:
                await self._start()
                await self._run_cells()
            finally:
                self.supervision.stop.forget(told)
                if self.km is not None:
                    await self._async_cleanup_kernel()

    async def _start(self) -> None:
        try:
            await self._unless_stopped(self._start_kernel(), _after(None))
        except NoSuchKernel as error:
            installed = ", ".join(sorted(self.km.kernel_spec_manager.find_kernel_specs())) or "none"
            reason = f"no kernel named {error.name} is installed; there is: {installed}"
            raise NotebookStopped(Status.KERNEL_DIED, reason) from None
        except (RuntimeError, OSError, NotebookStopped) as error:
            if isinstance(error, NotebookStopped) and error.status is not Status.KERNEL_DIED:
                raise
            said = self._last_words().strip().splitlines()
            reason = f"the kernel did not start: {said[-1] if said else error}"
            raise NotebookStopped(Status.KERNEL_DIED, reason) from error

    async def _run_cells(self) -> None:
        assert self._guard is not None  # noqa: S101 - the kernel has started
        assert self._guard.pid is not None  # noqa: S101
        self.supervision.watch.kernel_started(self._guard.pid, warm=self._is_warm())
        with Usage(self._guard, self.supervision.memory_bytes) as self._usage:
            try:
                await self._run_each()
                self._usage.sample()
                if self._usage.over_bytes is not None:
                    raise endings.of_memory(self._usage.over_bytes, self.supervision.memory_bytes)
                await self._read_back()
            except NotebookStopped as stopped:
                if stopped.status in (Status.FAILED, Status.OUT_OF_MEMORY):
                    await self._read_back()
                raise
            finally:
                self._usage.sample()
                await self._async_cleanup_kernel()
                process.kill(self._usage.descendants)
                self._usage.settle()
                self.nb.metadata.papermill["cpu_seconds"] = round(self._usage.cpu_seconds, 2)
                self.nb.metadata.papermill["peak_memory_bytes"] = self._usage.peak_bytes

    async def _async_cleanup_kernel(self) -> None:
        """Have the kernel end by itself. Its manager would interrupt it first, and look every tenth of a second."""
        if self.km is not None and self.shutdown_kernel != "immediate" and await self.km.is_alive():
            await self.km.request_shutdown()
            ends = monotonic() + END_SECONDS
            while monotonic() < ends and await self.km.is_alive():
                await asyncio.sleep(LOOK_SECONDS)
        await super()._async_cleanup_kernel()

    async def _run_each(self) -> None:
        total = sum(map(copies.runs_code, self.nb.cells))
        number = 0
        for index, cell in enumerate(self.nb.cells):
            number += copies.runs_code(cell)
            await self._run_cell(index, cell, number, total)

    async def _read_back(self) -> None:
        """Ask a living kernel for the values of names. Whatever comes of it, the outcome stays."""
        if not self.supervision.read_back or self._exits or self._ending() is not None:
            return
        asked = asyncio.ensure_future(read_back(self.kc, self.supervision.read_back))
        stop = asyncio.ensure_future(self._told_to_stop.wait())
        await asyncio.wait({asked, stop}, timeout=READ_BACK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            self.shutdown_kernel = "immediate"
        for task in (asked, stop):
            task.cancel()
        with contextlib.suppress(Exception, asyncio.CancelledError):
            self.nb.metadata.papermill["read_back"] = self.supervision.redactor.tree(await asked)

    def _heed(self, *, execute_reply: Mapping[str, Any], **_: object) -> None:
        """Look for what `exit()` and `quit()` leave in the answer to a cell, which says that all went well."""
        asked = execute_reply["content"].get("payload") or ()
        self._exits = any(one.get("source") == "ask_exit" for one in asked)

    async def _run_cell(self, index: int, cell: nbformat.NotebookNode, number: int, total: int) -> None:
        """Run one cell, settle its status in the copy, and raise `NotebookStopped` where it is the last one."""
        status, begun = Status.FAILED, monotonic()
        self.nb_man.cell_start(cell, index)
        if copies.runs_code(cell):
            self.supervision.watch.cell_started(number, total)
        try:
            await self._unless_stopped(self.async_execute_cell(cell, index), _after(self.supervision.cell_seconds))
            if self._exits:
                raise NotebookStopped(Status.FAILED, "the cell called exit() or quit()")
            status = Status.SUCCEEDED
        except CellExecutionError as error:
            stopped = endings.of_cell(error, cell)
            status = stopped.status
            raise NotebookStopped(status, self.supervision.redactor.text(stopped.reason), number) from None
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

    async def _unless_stopped(self, work: Awaitable[Any], cell_ends: float) -> None:
        """Wait for the work, unless the kernel dies, a time limit passes or a signal comes before it is done."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=POLL_SECONDS)
                if not task.done():
                    self._check(cell_ends)
            await task
        except DeadKernelError as error:
            raise self._ending() or NotebookStopped(Status.KERNEL_DIED, str(error)) from None
        except CellTimeoutError:
            reason = f"the cell ended, but its outputs did not arrive within {wording.seconds(self.iopub_timeout)}"
            raise NotebookStopped(Status.TIMED_OUT, reason) from None
        except NotebookStopped:
            await self._give_up(task)
            raise

    def _check(self, cell_ends: float) -> None:
        """Raise `NotebookStopped` where there is a reason to stop."""
        asked = self.supervision
        if ending := self._ending():
            raise ending
        if self._told_to_stop.is_set() and asked.stop.signal is not None:
            raise NotebookStopped(Status.CANCELLED, f"stopped by {asked.stop.signal.name}")
        limits = {
            "cell": (cell_ends, asked.cell_seconds),
            "step": (self._step_ends, asked.step_seconds),
            "run": (asked.run_ends, asked.run_seconds),
        }
        for what, (ends, seconds) in limits.items():
            if ends is not None and monotonic() >= ends:
                raise endings.of_clock(what, seconds)

    async def _give_up(self, task: asyncio.Future[Any]) -> None:
        """Let the cell end by an interrupt and keep what it printed; without that, leave it and kill its kernel."""
        grace_ends = monotonic() + 2 * POLL_SECONDS
        if self._ending() is None and self.km.has_kernel:
            await self.km.interrupt_kernel()
            grace_ends = monotonic() + GRACE_SECONDS
        while not task.done() and monotonic() < grace_ends and not self.supervision.stop.urgent:
            await asyncio.wait({task}, timeout=POLL_SECONDS)
        if not task.done() or self.supervision.stop.urgent:
            self.shutdown_kernel = "immediate"
            task.cancel()
        # Whatever the cell ends with now, why it was given up is what counts.
        await asyncio.gather(task, return_exceptions=True)


def _after(seconds: float | None) -> float:
    return float("inf") if seconds is None else monotonic() + seconds
