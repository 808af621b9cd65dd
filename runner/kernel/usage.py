"""What a kernel and the processes it starts use: peak memory and CPU time, sampled while they live."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

INTERVAL = 0.15
"""Seconds between two samples; a shorter burst of a child's memory may be missed, one of the kernel's is not."""


class Usage:
    """Samples a process tree in a thread, from `__enter__` to `__exit__`."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        """Highest sum of the resident memory of the kernel and its descendants; pages they share count for each."""
        self.cpu_seconds = 0.0
        """User and system time of the kernel and of its descendants, as of the last sample."""
        self._kernel = psutil.Process(pid)
        self._descendants: dict[int, psutil.Process] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample_on, name="usage", daemon=True)

    @property
    def descendants(self) -> list[psutil.Process]:
        """Every process that the kernel was seen to have started."""
        return list(self._descendants.values())

    def sample(self) -> None:
        """Take one sample; does nothing once the kernel is gone."""
        try:
            children = self._kernel.children(recursive=True)
            memory, seconds = _of(self._kernel, with_ended=True)
        except psutil.Error:
            return
        self._descendants.update((child.pid, child) for child in children)
        for child in children:
            try:
                child_memory, child_seconds = _of(child)
            except psutil.Error:
                continue
            memory, seconds = memory + child_memory, seconds + child_seconds
        self.peak_bytes = max(self.peak_bytes, memory, _high_water_mark(self._kernel.pid))
        self.cpu_seconds = max(self.cpu_seconds, seconds)

    def _sample_on(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.sample()

    def __enter__(self) -> Self:
        self.sample()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self.sample()


def _of(process: psutil.Process, *, with_ended: bool = False) -> tuple[int, float]:
    """Resident bytes and CPU seconds of a process, with those of its ended children where asked for."""
    with process.oneshot():
        times, memory = process.cpu_times(), process.memory_info().rss
    ended = times.children_user + times.children_system if with_ended and hasattr(times, "children_user") else 0.0
    return memory, times.user + times.system + ended


def _high_water_mark(pid: int) -> int:
    """The peak that the Linux kernel itself keeps for one process (VmHWM), in bytes; 0 on other systems."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
