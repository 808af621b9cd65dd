"""A limit on silence: a connection whose server says nothing for too long is cut, and what waits for it goes on.

The server's own time limits end a statement that takes long, and the system notices a host that is gone. Neither helps
where the server's process stands still while its host goes on acknowledging: the driver would wait for ever.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from types import TracebackType
from typing import Protocol, Self


class Connection(Protocol):
    """A connection of a database driver."""

    def fileno(self) -> int:
        """The descriptor of its socket."""
        ...


class SilenceError(Exception):
    """A connection was cut because its server said nothing for too long."""


class Limit:
    """A context in which this thread's watched connections are cut after so many seconds without a sign of life.

    What fails because of that leaves the context as a `SilenceError`.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._exceeded = False
        self._until = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._turn = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._wait, name="silence", daemon=True)

    def __enter__(self) -> Self:
        _here.limits = [*_limits(), self]
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        _here.limits = [limit for limit in _limits() if limit is not self]
        with self._turn:
            self._over = True
            self._turn.notify()
        self._thread.join()
        for one in self._sockets:
            one.close()
        if self._exceeded and error is not None:
            raise SilenceError(f"it said nothing for {self._seconds:g} s") from error

    def watch(self, connection: Connection) -> None:
        """Watch one more connection. Its socket gets a second name, which nobody else closes and uses again."""
        with self._turn:
            self._sockets.append(socket.socket(fileno=os.dup(connection.fileno())))
            if self._exceeded:
                self._cut()

    def heard(self) -> None:
        """Begin to count again: the server has answered, or is given something new to do."""
        self._until = time.monotonic() + self._seconds

    def _wait(self) -> None:
        with self._turn:
            while not self._over:
                left = self._until - time.monotonic()
                if left <= 0:
                    self._cut()
                    return
                self._turn.wait(left)

    def _cut(self) -> None:
        self._exceeded = True
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def watch(connection: Connection) -> None:
    """Watch a connection under the limits that hold in this thread."""
    for limit in _limits():
        limit.watch(connection)


def heard() -> None:
    """Tell the limits that hold in this thread that the server is alive, or has something new to do."""
    for limit in _limits():
        limit.heard()


def _limits() -> list[Limit]:
    found: list[Limit] = getattr(_here, "limits", [])
    return found


_here = threading.local()
