"""The kernel provisioner `insiders-guarded`: each kernel is started, signalled and ended by a guardian of its own.

The runner uses it for every kernel. JupyterLab and nbclient do so for a kernel whose specification asks for it, by
`"metadata": {"kernel_provisioner": {"provisioner_name": "insiders-guarded"}}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Integer, Unicode

from runner.kernel import guardian, orphans

NAME = "insiders-guarded"
"""Its entry point, as a kernel specification names it."""
START_SECONDS = 30
"""How long a guardian may take to report its kernel, on a host that is busy."""
PATIENCE = 5.0
"""How long a guardian may take to kill what its kernel left, before it is killed itself."""


class Process(Protocol):
    """What a guard asks of its guardian's process; `Popen` has it."""

    @property
    def pid(self) -> int:
        """Its number."""

    def send_signal(self, sig: int) -> None:
        """Signal it, if it lives."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> object:
        """Wait for its end, or raise `subprocess.TimeoutExpired`."""


_LIVING: set[Process] = set()
"""The guardians that this process has started and not yet seen end."""


class Guard:
    """The runner's end of a guardian. Looks like the kernel's process to jupyter_client."""

    stdin = stdout = stderr = None  # jupyter_client closes these where there are any

    def __init__(self, command: list[str], *, data_limit: int, private: str, **circumstances: Any) -> None:  # noqa: ANN401 - of Popen
        self.pid: int | None = None
        """The kernel's process."""
        self.returncode: int | None = None
        """How the kernel ended: its exit status, or its signal as a negative number."""
        self.failure: str | None = None
        """Why there is no kernel."""
        self.killed = False
        """Whether the guardian itself was killed, and its kernel with it."""
        self.cpu_seconds = 0.0
        """User and system time of all that the guardian has reaped, once it is gone."""
        self.peak_bytes = 0
        """Highest resident memory of any single one of them."""
        self._heard = b""
        self._gone = False
        """Whether the guardian has said that nothing is left of the kernel."""
        self._since = time.time() - 1
        self._channel, theirs = socket.socketpair()
        try:
            self._guardian = self._post(theirs, command, data_limit=data_limit, private=private, **circumstances)
        except OSError:
            self._channel.close()
            raise
        finally:
            theirs.close()
        self._channel.setblocking(False)
        _LIVING.add(self._guardian)

    def _post(
        self,
        channel: socket.socket,
        command: list[str],
        *,
        data_limit: int,
        private: str,
        **circumstances: Any,  # noqa: ANN401 - of Popen
    ) -> Process:
        """Start the guardian, with its end of the channel."""
        own = [sys.executable, "-I", "-S", guardian.__file__, str(channel.fileno()), str(data_limit), private]
        return subprocess.Popen(  # noqa: S603 - the command of a kernel spec
            [*own, *command],
            stdin=subprocess.DEVNULL,
            pass_fds=[channel.fileno()],
            process_group=0,  # a terminal's Ctrl-C is for the runner
            **circumstances,
        )

    @property
    def guardian(self) -> int:
        """The guardian's process."""
        return self._guardian.pid

    def poll(self) -> int | None:
        """How the kernel ended; None while it lives."""
        if self.returncode is None:
            # A cell may have stopped the guardian, which then could neither report nor obey.
            self._guardian.send_signal(signal.SIGCONT)
        self._listen()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal the kernel and its process group; SIGKILL ends it with all it started."""
        order = "kill" if number == signal.SIGKILL else f"signal {int(number)}"
        self._guardian.send_signal(signal.SIGCONT)
        with contextlib.suppress(OSError):
            self._channel.sendall(f"{order}\n".encode())

    def kill(self) -> None:
        """End the kernel with all it started."""
        self.send_signal(signal.SIGKILL)

    def wait(self) -> int | None:
        """End what is left of the kernel, and come back when all of it is gone."""
        if self._guardian in _LIVING:
            self.kill()
            try:
                self._guardian.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._guardian.kill()
                self._guardian.wait()
            _LIVING.discard(self._guardian)
            self._listen()
            self._channel.close()
            if not self._gone:
                orphans.end(self._since, {one.pid for one in _LIVING})
        return self.returncode

    def _listen(self) -> None:
        """Take in what the guardian has reported."""
        while self._channel.fileno() >= 0:
            try:
                said = self._channel.recv(4096)
            except BlockingIOError:
                return
            except OSError:
                said = b""
            if not said:
                self.killed = self.returncode is None and self.failure is None
                self.returncode = -signal.SIGKILL if self.killed else self.returncode
                return
            *lines, self._heard = (self._heard + said).split(b"\n")
            for line in lines:
                self._take(*line.decode(errors="replace").split(" ", 1))

    def _take(self, what: str, told: str) -> None:
        if what == "kernel":
            self.pid = int(told)
        elif what == "failed":
            self.failure = told
        elif what == "ended":
            self.returncode = int(told)
        elif what == "gone":
            self._gone = True
            seconds, peak = told.split()
            self.cpu_seconds, self.peak_bytes = float(seconds), int(peak)


class GuardedProvisioner(LocalProvisioner):
    """Local kernels, each with its guardian."""

    memory_bytes = Integer(0, help="Memory limit of the kernel; at about twice of it the system itself says no.").tag(
        config=True
    )
    private = Unicode("", help="A folder of this kernel alone, removed where the runner is killed.").tag(config=True)
    guard: Guard | None = None
    """The guard of the last kernel, also when that is gone."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:  # noqa: ANN401 - jupyter_client's signature
        """Start a guardian, and let it start the kernel."""
        self.cwd = options.get("cwd") or str(Path.cwd())
        circumstances = {name: options.get(name) for name in ("env", "cwd", "stdout", "stderr")}
        command = [os.path.expanduser(part) for part in cmd]  # noqa: PTH111 - most parts are no paths
        guard = Guard(command, data_limit=data_limit(self.memory_bytes), private=self.private, **circumstances)
        self.guard = guard
        self.process = guard  # type: ignore[assignment]  # it does what jupyter_client asks of a process
        until = time.monotonic() + START_SECONDS
        while guard.pid is None and guard.failure is None and guard.poll() is None and time.monotonic() < until:
            await asyncio.sleep(0.002)
        if guard.pid is None:
            guard.wait()
            self.process = None
            raise RuntimeError(guard.failure or "its guardian was killed, or did not start in time")
        self.pid = guard.pid
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing of the kernel behind."""
        if self.guard is not None:
            self.guard.wait()
            self.process = None
        await super().cleanup(restart=restart)


def data_limit(memory_bytes: int) -> int:
    """The system's own limit for one process: memory that is asked for in one go, faster than anybody samples it.

    It counts what is asked for and not what is used, so it stands at twice the limit, and never below what importing
    the numerical libraries asks for.
    """
    return max(2 * memory_bytes, 2**30) if memory_bytes else 0
