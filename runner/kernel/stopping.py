"""Signals as a request to stop: the runner finishes the record of what was under way instead of vanishing."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from runner.outcomes import ExitStatus

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
AGAIN_SECONDS = 0.3
"""A signal that follows this soon is the same one: `timeout`, for one, sends it to the process and to its group."""


class Stop:
    """Notes SIGINT, SIGTERM and SIGHUP between `__enter__` and `__exit__`, and calls whoever waits for them."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        """The first signal that came, if any."""
        self.urgent = False
        """Whether it was asked for twice: what is under way gets no more time of grace."""
        self._since = 0.0
        self._waiting: tuple[Callable[[], object], ...] = ()
        self._lock = threading.Lock()
        self._before: dict[signal.Signals, Any] = {}

    @property
    def exit_status(self) -> ExitStatus:
        """What the process says to the shell once it has stopped."""
        return ExitStatus.INTERRUPTED if self.signal is signal.SIGINT else ExitStatus.TERMINATED

    def asked(self) -> bool:
        """Whether a signal has come."""
        return self.signal is not None

    def call(self, waiting: Callable[[], object]) -> None:
        """Let `waiting` be called as soon as a signal comes, at once if it has come."""
        # A signal may interrupt this very thread: it reads the tuple and never waits for the lock.
        with self._lock:
            self._waiting = (*self._waiting, waiting)
        if self.signal is not None:
            waiting()

    def forget(self, waiting: Callable[[], object]) -> None:
        """Let it be called no longer."""
        with self._lock:
            self._waiting = tuple(one for one in self._waiting if one is not waiting)

    def request(self, number: int, _: FrameType | None = None) -> None:
        """Ask to stop, as the signal of that number does."""
        if self.signal is None:
            self.signal, self._since = signal.Signals(number), time.monotonic()
        self.urgent = self.urgent or time.monotonic() - self._since > AGAIN_SECONDS
        for waiting in self._waiting:
            waiting()

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self.request) for number in _SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
