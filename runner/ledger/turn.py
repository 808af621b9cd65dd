"""One writer of the ledger at a time, on all hosts that see its folder: a lock that goes with its process."""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.errors import RecordError
from runner.files import again
from runner.locking.descriptors import private

PATIENCE_S = 60.0
"""So long a writer waits for its turn; a turn takes some milliseconds."""


@contextmanager
def turn(path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """The lock on `path`, for as long as the context lasts, or a `RecordError` that says why there is none."""
    try:
        lock = _taken(path, time.monotonic() + patience_s)
    except OSError as fault:
        raise RecordError(f"the ledger cannot be written: its lock {path}: {fault.strerror}") from fault
    if lock is None:
        said = f"another process has held its lock {path} for {patience_s:.0f} s"
        raise RecordError(f"the ledger cannot be written: {said}; end that process, or try again")
    try:
        with private(lock):
            yield
    finally:
        # Said, not left to closing: a copy of the descriptor that somebody has would keep the lock.
        fcntl.flock(lock, fcntl.LOCK_UN)
        os.close(lock)


def _taken(path: Path, ends: float) -> int | None:
    """The open and locked file; None where it is not ours in time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        lock = again(os.open, path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(lock, path):
                return lock
        except BlockingIOError:
            if time.monotonic() > ends:
                os.close(lock)
                return None
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)
        # Waited for in small steps of unequal length: a blocking wait has no end, and equal steps meet again.
        time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - nothing is kept secret by it


def _is_at(lock: int, path: Path) -> bool:
    """Whether the file is still found at its place: a lock on what nobody finds again keeps nobody out."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False
