"""What a kernel and the processes it starts use: memory and CPU time, sampled while they live, and a limit to it."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from runner.kernel.provisioner import Guard

INTERVAL = 0.15
"""Seconds between two samples; a shorter burst of a child's memory may be missed, one of the kernel's is not."""
LIMITED_INTERVAL = 0.05
"""The same where a limit is to be kept."""


class Usage:
    """Samples everything below a guardian in a thread, from `__enter__` to `__exit__`; beyond the limit, it kills it.

    Memory is resident memory: what processes share counts for each of them, so that it errs on the side of more.
    """

    def __init__(self, guard: Guard, limit_bytes: int | None = None) -> None:
        self.peak_bytes = 0
        """Highest sum of the resident memory of the kernel and its descendants."""
        self.cpu_seconds = 0.0
        """User and system time of the kernel and its descendants, those that have ended too."""
        self.over_bytes: int | None = None
        """What was used when the limit was passed, if it was."""
        self._guard = guard
        self._guardian = psutil.Process(guard.guardian)
        self._limit = limit_bytes
        self._descendants: dict[int, psutil.Process] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample_on, name="usage", daemon=True)

    @property
    def descendants(self) -> list[psutil.Process]:
        """Every process that was seen below the guardian."""
        return list(self._descendants.values())

    def sample(self) -> None:
        """Take one sample; does nothing once the guardian is gone."""
        try:
            found = self._guardian.children(recursive=True)
            seconds = _ended(self._guardian)
        except psutil.Error:
            return
        memory = 0
        for process in found:
            with contextlib.suppress(psutil.Error), process.oneshot():
                times = process.cpu_times()
                memory += process.memory_info().rss
                seconds += times.user + times.system + _ended(process)
        self._descendants.update((process.pid, process) for process in found)
        self.cpu_seconds = max(self.cpu_seconds, seconds)
        self._take(max(memory, high_water_mark(self._guard.pid)))

    def settle(self) -> None:
        """Add what the guardian, once it is gone, has told of those it survived."""
        self.cpu_seconds = max(self.cpu_seconds, self._guard.cpu_seconds)
        self.peak_bytes = max(self.peak_bytes, self._guard.peak_bytes)

    def _take(self, memory: int) -> None:
        self.peak_bytes = max(self.peak_bytes, memory)
        if self._limit is not None and memory > self._limit and self.over_bytes is None:
            self.over_bytes = memory
            self._guard.kill()

    def _sample_on(self) -> None:
        while not self._stop.wait(INTERVAL if self._limit is None else LIMITED_INTERVAL):
            self.sample()

    def __enter__(self) -> Self:
        self.sample()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()


def _ended(process: psutil.Process) -> float:
    """CPU seconds of those children of a process that have ended, where the system keeps count."""
    times = process.cpu_times()
    return getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)


def high_water_mark(pid: int | None) -> int:
    """The peak that the Linux kernel itself keeps for one process (VmHWM), in bytes; 0 on other systems."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
