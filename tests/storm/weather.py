"""The weather: a line that gets worse and better, and a database server that goes down hard and comes back."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.servers import START_S, Server

SHARES = (0.0, 0.05, 0.2, 0.35, 0.5)
"""Shares of requests to the bucket that go wrong."""
STAYS_S = (0.5, 3.0)
"""How long a state of things lasts."""
DOWN_S = (0.1, 1.2)


@dataclass
class Weather:
    """What the storm does to the two places, and how often it did."""

    random: random.Random
    postgres: Server
    line: subprocess.Popen[str]
    happened: Counter[str] = field(default_factory=Counter)

    def rage(self, until: Callable[[], bool]) -> None:
        """Change until the storm is over, and leave both places well."""
        while not until():
            self._turn()
            self._last(self.random.uniform(*STAYS_S), until)
        self._set(0.0)

    def _turn(self) -> None:
        what = self.random.choices(("line", "bucket away", "database stopped", "postmaster killed"), (8, 1, 1, 1))[0]
        self.happened[what] += 1
        if what == "line":
            self._set(self.random.choice(SHARES))
        elif what == "bucket away":
            self._set(1.0)
        else:
            self._stop(hard=what == "postmaster killed")
            time.sleep(self.random.uniform(*DOWN_S))
            start_again(self.postgres)

    def _stop(self, *, hard: bool) -> None:
        """`pg_ctl stop -m immediate`, or the postmaster killed outright, whose backends find out by themselves."""
        if hard and (process := self.postgres.process) is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.postgres.process = None
        else:
            self.postgres.stop()

    def _set(self, share: float) -> None:
        assert self.line.stdin is not None
        self.line.stdin.write(f"{share}\n")
        self.line.stdin.flush()

    def _last(self, seconds: float, until: Callable[[], bool]) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and not until():
            time.sleep(0.05)


def start_again(server: Server) -> None:
    """Start a server whose postmaster was killed: it refuses as long as a backend of the one before lives."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            server.start()
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            with suppress(OSError, AttributeError):
                server.process.wait()  # type: ignore[union-attr]
            time.sleep(0.05)
        else:
            return
