"""A cluster on this machine: a scheduler and workers, each a process with folders of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests import servers
from tests.servers import Server


@dataclass
class DaskCluster:
    """A scheduler and its workers."""

    folder: Path
    environment: Mapping[str, str]
    """What the workers know beside their folders: where the bucket is, and their credentials."""
    scheduler: Server = field(init=False)
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    """By name."""
    orphans: list[int] = field(default_factory=list)
    """What killed workers had started. It comes to this process, where that runs the steps' runner."""

    def __post_init__(self) -> None:
        """Start the scheduler."""
        port = servers._free_port()
        command = [*_dask("scheduler"), "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-jupyter"]
        self.scheduler = Server(command, port, lambda: servers._listens(port))
        self.scheduler.start()

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        return f"tcp://127.0.0.1:{self.scheduler.port}"

    def hire(self, name: str) -> None:
        """Start a worker with an output folder, a temporary folder and a home of its own."""
        own = self.folder / name
        for room in ("output", "tmp", "home", "local"):
            (own / room).mkdir(parents=True)
        places = {"INSIDERS_OUTPUT": str(own / "output"), "TMPDIR": str(own / "tmp"), "HOME": str(own / "home")}
        command = [*_dask("worker"), self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        with (own / "log").open("wb") as log:
            self.workers[name] = subprocess.Popen(
                [*command, "--local-directory", str(own / "local"), "--death-timeout", "30"],
                cwd=own,
                env={"PATH": os.environ["PATH"], **places, **self.environment},
                stdout=log,
                stderr=log,
            )

    def kill_at(self, address: str) -> None:
        """End the worker that listens at an address as the loss of its machine would."""
        port = int(address.rpartition(":")[2])
        self._kill([one for one in self._alive() if _owns(one.pid, port)])

    def kill_all(self) -> None:
        """End every worker so."""
        self._kill(self._alive())

    def _alive(self) -> list[subprocess.Popen[bytes]]:
        return [one for one in self.workers.values() if one.poll() is None]

    def _kill(self, workers: Iterable[subprocess.Popen[bytes]]) -> None:
        for process in workers:
            self.orphans += [one.pid for one in psutil.Process(process.pid).children(recursive=True)]
            process.kill()
            process.wait()

    def kernels(self) -> list[psutil.Process]:
        """The processes that workers have started and not ended."""
        return [one for process in self._alive() for one in psutil.Process(process.pid).children(recursive=True)]

    def close(self) -> None:
        """End them all."""
        for process in self.workers.values():
            process.kill()
            process.wait()
        for orphan in self.orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan, os.WNOHANG)
        self.scheduler.stop()


def _owns(pid: int, port: int) -> bool:
    return any(one.laddr.port == port for one in psutil.Process(pid).net_connections() if one.status == "LISTEN")


def _dask(role: str) -> list[str]:
    return [sys.executable, "-m", f"distributed.cli.dask_{role}"]
