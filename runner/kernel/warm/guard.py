"""The runner's end of a guardian that was forked: it is no child of the runner, and is known by a handle instead."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
from collections.abc import Mapping
from typing import Any

from runner.kernel.provisioner import Guard, Process
from runner.kernel.warm.tree import Branch


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
            raise subprocess.TimeoutExpired("guardian", timeout or 0)
        # Where its parent has gone before it, it has become a child of this process after all.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        os.close(self._handle)
        self._handle = -1


class WarmGuard(Guard):
    """A guard whose guardian a parent of warm kernels forks."""

    def __init__(self, branch: Branch, command: list[str], **facts: Any) -> None:  # noqa: ANN401 - as `Guard`
        self.refusal: str | None = None
        """Why the parent has not forked."""
        self._branch = branch
        self._process = Handle()
        super().__init__(command, **facts)

    def _post(
        self,
        channel: socket.socket,
        command: list[str],
        *,
        data_limit: int,
        private: str,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        stdout: Any = None,  # noqa: ANN401 - of Popen
        stderr: Any = None,  # noqa: ANN401 - of Popen
        **_: object,
    ) -> Process:
        after = command.index("ipykernel_launcher") + 1
        order = {
            "launcher": command[:after],
            "arguments": command[after:],
            "environment": dict(os.environ if env is None else env),
            "folder": str(cwd or os.getcwd()),  # noqa: PTH109 - as Popen
            "data_limit": data_limit,
            "private": private,
        }
        output = [_descriptor(stdout, 1), _descriptor(stderr, 2)]
        self._branch.send({"kernel": order}, [channel.fileno(), *output])
        return self._process

    def _take(self, what: str, told: str) -> None:
        if what == "guardian":
            self._process.found(int(told))
        elif what == "refused":
            self.refusal = told
        else:
            super()._take(what, told)


def _descriptor(asked: Any, standard: int) -> int:  # noqa: ANN401 - of Popen
    """Where a kernel writes, as `Popen` would have it."""
    if asked is None:
        return standard
    return asked if isinstance(asked, int) and asked >= 0 else asked.fileno()
