"""What a process does to the outside: each file it changes, each word it sends, each transaction, one by one.

Nothing of the runner is changed for it. Python tells of most of these calls by itself (audit events); for the others
the standard library's and SQLAlchemy's own functions are wrapped. A process that is to die at its 37th effect counts
with this, and so does one whose database is to lose the answer to a commit.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import default

_PATHS = {
    "os.rename": 1,
    "os.link": 1,
    "os.remove": 0,
    "os.mkdir": 0,
    "os.rmdir": 0,
    "os.truncate": 0,
    "os.chmod": 0,
    "open": 0,
}
"""Audit events of files, and which of their arguments says what is changed."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
REAL_WRITE = os.write

Turn = Callable[[str, str], None]
"""Is told of an effect right before it happens: its kind, and what it concerns."""


def replace(owner: object, name: str, by: object) -> None:
    """Put something else in the place of a function, a method or a class, for the rest of this process."""
    setattr(owner, name, by)


def tell(folder: Path, turn: Turn) -> None:
    """Tell of every effect of this process from now on; of files only below the folder. It cannot be undone."""
    _tell_of_files(str(folder), turn)
    _tell_of_sockets(turn)
    _tell_of_databases(turn)


def _tell_of_files(folder: str, turn: Turn) -> None:
    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        position = _PATHS.get(event)
        if position is None or (event == "open" and not _is_written(arguments)):
            return
        if (path := _path(arguments[position])).startswith(folder):
            turn(event.removeprefix("os."), path)

    sys.addaudithook(heard)
    # These have no audit events.
    for name in ("write", "pwrite", "fsync"):
        replace(os, name, _telling(getattr(os, name), name, folder, turn))


def _telling(real: Callable[..., Any], name: str, folder: str, turn: Turn) -> Callable[..., Any]:
    def call(handle: int, *more: Any) -> Any:
        if (path := _path(handle)).startswith(folder):
            turn(name, path)
        return real(handle, *more)

    return call


def _is_written(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    return bool(set(mode) & set("wax+")) if isinstance(mode, str) else bool((flags or 0) & _WRITES)


def _path(place: object) -> str:
    """The path that an argument stands for; empty for what is no file."""
    if isinstance(place, int):
        try:
            return os.readlink(f"/proc/self/fd/{place}")  # noqa: PTH115 - a Path is slower, and this is asked often
        except OSError:
            return ""
    return os.fsdecode(place) if isinstance(place, str | bytes | os.PathLike) else ""


def _tell_of_sockets(turn: Turn) -> None:
    send_all, answer = socket.socket.sendall, http.client.HTTPConnection.getresponse

    def sendall(own: socket.socket, content: Any, *more: Any) -> None:
        turn("send", bytes(memoryview(content)[:60]).partition(b"\r\n")[0].decode("latin-1"))
        send_all(own, content, *more)

    def getresponse(own: http.client.HTTPConnection) -> http.client.HTTPResponse:
        found = answer(own)
        turn("answered", f"{found.status}")
        return found

    replace(socket.socket, "sendall", sendall)
    replace(http.client.HTTPConnection, "getresponse", getresponse)


def _tell_of_databases(turn: Turn) -> None:
    commit = default.DefaultDialect.do_commit

    def do_commit(own: default.DefaultDialect, connection: Any) -> None:
        turn("commit", "")
        commit(own, connection)
        turn("committed", "")

    def statement(_connection: object, _cursor: object, text: str, *_: object) -> None:
        turn("statement", " ".join(text.split())[:60])

    replace(default.DefaultDialect, "do_commit", do_commit)
    sa.event.listen(sa.Engine, "before_cursor_execute", statement)
