"""The runner's end of a guardian that was forked: it is no child of the runner, and is known by a handle instead."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
from collections.abc import Mapping
from typing import Any

from runner.kernel.provisioner import Guard, Process
from runner.kernel.warm.handle import Handle
from runner.kernel.warm.tree import Branch


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
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            out = _descriptor(stdout, 1, nowhere.fileno())
            error = out if stderr == subprocess.STDOUT else _descriptor(stderr, 2, nowhere.fileno())
            self._branch.send({"kernel": order}, [channel.fileno(), out, error])
        return self._process

    def _take(self, what: str, told: str) -> None:
        if what == "guardian":
            self._process.found(int(told))
        elif what == "refused":
            self.refusal = told
        else:
            super()._take(what, told)


def _descriptor(asked: Any, standard: int, nowhere: int) -> int:  # noqa: ANN401 - of Popen
    """Where a kernel writes, as `Popen` would have it; a pipe to it cannot be had."""
    if asked is None:
        return standard
    if asked == subprocess.PIPE:
        raise OSError(errno.EINVAL, "a pipe to it cannot be had")
    if asked == subprocess.DEVNULL:
        return nowhere
    return asked if isinstance(asked, int) else asked.fileno()
