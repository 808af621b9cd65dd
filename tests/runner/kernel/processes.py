"""Processes that a test starts, known by a mark in their environment, until all of them are gone."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil


class Marked:
    """All processes that inherited one mark."""

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex
        self.environment = {**os.environ, "INSIDERS_TEST_MARK": self.mark}
        self.seen: dict[int, psutil.Process] = {}

    def living(self) -> list[psutil.Process]:
        """Those that run now, and those seen before that are still to be reaped by a process of this test."""
        mark = self.mark.encode()
        for pid in psutil.pids():
            with contextlib.suppress(OSError, psutil.Error):
                if mark in Path(f"/proc/{pid}/environ").read_bytes():
                    self.seen.setdefault(pid, psutil.Process(pid))
        return [process for process in self.seen.values() if not self._gone(process)]

    def _gone(self, process: psutil.Process) -> bool:
        """Whether a process has ended. A zombie has, unless it waits for one of our own processes."""
        try:
            return not process.is_running() or (
                process.status() == psutil.STATUS_ZOMBIE and process.ppid() not in (os.getpid(), *self.seen)
            )
        except psutil.NoSuchProcess:
            return True

    def commands(self) -> list[str]:
        """What runs, for the assertion that fails."""
        found = []
        for process in self.living():
            with contextlib.suppress(psutil.Error):
                found.append(f"{process.pid} {process.status()} {' '.join(process.cmdline())[:100]}")
        return found

    def end(self) -> None:
        """Leave nothing behind, whatever the test came to."""
        for process in self.living():
            with contextlib.suppress(psutil.Error):
                process.kill()


def zombies() -> set[int]:
    """Children of this process that have ended and that nobody has waited for."""
    return {one.pid for one in psutil.Process().children() if one.status() == psutil.STATUS_ZOMBIE}


def until(true: Callable[[], object], seconds: float = 20.0) -> float:
    """Wait until something is true; how many seconds that took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "waited in vain"
        time.sleep(0.01)
    return time.monotonic() - begun
