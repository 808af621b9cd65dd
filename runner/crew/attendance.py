"""Whether a cluster has workers at all: who waits for one that never comes should know, and not wait for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from runner.progress import Reporter

LOOK_EVERY_S = 5.0
TOLD_AFTER_S = 30.0
"""A worker that was replaced is back by then, or there is something to do for a person."""
GIVEN_UP_AFTER_S = 900.0
"""A machine is started, and set up, in less."""


@dataclass(eq=False)
class Attendance:
    """Looks at a cluster for all steps together."""

    count: Callable[[], int]
    """How many workers there are; a fault is no answer."""
    reporter: Reporter
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)
    _looked: float = field(default=0.0, init=False)
    _there: float = field(default_factory=time.monotonic, init=False)
    """When a worker was last seen."""
    _told: bool = field(default=False, init=False)

    def deserted(self) -> bool:
        """Whether there has been no worker for so long that none is to be expected."""
        with self._turn:
            now = time.monotonic()
            if now - self._looked >= LOOK_EVERY_S:
                self._looked = now
                self._look(now)
            return now - self._there > GIVEN_UP_AFTER_S

    def _look(self, now: float) -> None:
        workers = 1
        with suppress(Exception):  # of a scheduler that does not answer; who asks for it finds out by himself
            workers = self.count()
        if workers:
            self._there, self._told = now, False
        elif not self._told and now - self._there > TOLD_AFTER_S:
            self._told = True
            self.reporter.say(
                f"      the cluster has no worker: start one, or the run ends in {GIVEN_UP_AFTER_S / 60:.0f} minutes",
                style="yellow",
            )
