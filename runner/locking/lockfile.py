"""A lock on a file, given out and taken back by the system: it goes with its process, however that ends.

What stands in the file is for people only. Whatever is found there, and whatever lies in its place, the next holder
writes over it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from runner.errors import PlaceError
from runner.locking.descriptors import private
from runner.locking.holder import Holder

MOST_BYTES = 4096
TRIES = 5
LOOKS = 2
LOOK_EVERY_S = 0.05
"""A holder that has just got the lock has not written who it is yet, and what stands there is of one before."""


@contextlib.contextmanager
def held(path: Path, holder: Holder) -> Iterator[str | None]:
    """The lock, for as long as the context lasts: None where it is ours, else words for who has it.

    Raises a `PlaceError` where no file can be locked there.
    """
    try:
        lock, other = _taken(path)
    except OSError as fault:
        raise PlaceError(f"the lock {path} cannot be taken: {fault.strerror}") from fault
    if lock is None:
        yield f"another run that uses {path.parent}" if other is None else f"{other}"
        return
    try:
        with private(lock):
            _write(lock, holder.text())
            yield None
    finally:
        # A run has ended as it has ended, whatever becomes of the file.
        with contextlib.suppress(OSError):
            _write(lock, b"")
        # Said, not left to closing: a copy of the descriptor that somebody has would keep the lock.
        fcntl.flock(lock, fcntl.LOCK_UN)
        with contextlib.suppress(OSError):
            os.close(lock)


def _taken(path: Path) -> tuple[int | None, Holder | None]:
    """The open and locked file, or who has it. One who does not say may have let go of it already."""
    for _ in range(TRIES):
        if (lock := _take(path)) is not None:
            return lock, None
        if other := holder_of(path):
            return None, other
    return None, None


def holder_of(path: Path) -> Holder | None:
    """Who holds the lock; None where the file does not say."""
    for _ in range(LOOKS):
        time.sleep(LOOK_EVERY_S)
        if found := Holder.read(_text(path)):
            return found
    return None


def _text(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(MOST_BYTES) or b""
    except OSError:
        return b""


def _take(path: Path) -> int | None:
    """The open and locked file, or None where another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        lock = _open(path)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        except BaseException:
            os.close(lock)
            raise
        if _is_at(lock, path):
            return lock
        os.close(lock)  # somebody removed the file meanwhile: a lock on what nobody finds again keeps nobody out


def _open(path: Path) -> int:
    flags = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        return os.open(path, flags | os.O_RDWR, 0o644)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            path.unlink(missing_ok=True)  # a link is nobody's lock, and we write through none
            return _open(path)
        if fault.errno not in (errno.EACCES, errno.EISDIR, errno.EROFS):
            raise
        # Another user's file, or a folder: it cannot be written, but locked all the same.
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _is_at(lock: int, path: Path) -> bool:
    try:
        there = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(lock), there)


def _write(lock: int, text: bytes) -> None:
    """Say who has the lock, where the file can be written; a full disk takes no lock away."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, text, 0)
