"""A process that is no child of this one, held so that its number cannot come to mean another."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess


class Handle:
    """A process that is not a child of this one."""

    def __init__(self) -> None:
        self.pid = 0
        """Its number, once it is known."""
        self._handle = -1

    def found(self, pid: int) -> None:
        """Take hold of it: from here on its number cannot come to mean another process."""
        self.pid = pid
        with contextlib.suppress(ProcessLookupError):
            self._handle = os.pidfd_open(pid)

    def send_signal(self, sig: int) -> None:
        """Signal it, if it lives."""
        if self._handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, sig)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        if self._handle < 0:
            return
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        if not waiting.poll(None if timeout is None else timeout * 1000):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        # Where its parent has gone before it, it has become a child of this process after all.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        os.close(self._handle)
        self._handle = -1
