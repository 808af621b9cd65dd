"""Files written so that no reader ever meets half of one."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

import psutil

P = ParamSpec("P")
T = TypeVar("T")
_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
_ASIDE = re.compile(r"\..+\.(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{8}\.aside")


def write_aside(path: Path, content: bytes) -> None:
    """Write a file beside its place, let the disk have it, then move it into place: the old or the new, never half.

    An `OSError` says that it could not be done, and leaves nothing beside the place. A link in the place is replaced,
    never followed. What processes that were killed while they wrote have left in the folder is removed.
    """
    beside = aside(path)
    try:
        _write(beside, content, _mode(path))
        again(os.replace, beside, path)
    except BaseException:
        _forget(beside)
        raise
    sync_folder(path.parent)
    clear(path.parent)


def aside(path: Path) -> Path:
    """A name of this process's own beside a place, for what is to be moved into it."""
    return path.with_name(f".{path.name}.{_HOST}-{os.getpid()}-{secrets.token_hex(4)}.aside")


def again(call: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What the call returns, made again for as long as a signal interrupts it: some network file systems let it."""
    while True:
        try:
            return call(*arguments, **options)
        except InterruptedError:
            continue


def _write(path: Path, content: bytes, mode: int | None) -> None:
    """Write a new file, and wait until the disk has it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    handle = again(os.open, path, flags, 0o666 if mode is None else stat.S_IRUSR | stat.S_IWUSR)
    try:
        if mode is not None:
            os.fchmod(handle, mode)
        left = memoryview(content)
        while left:
            left = left[again(os.write, handle, left) :]
        again(os.fsync, handle)
    finally:
        _close(handle)


def _mode(path: Path) -> int | None:
    """The permissions of the file in the place, which its successor keeps; None where there is no file."""
    try:
        found = path.lstat().st_mode
    except OSError:
        return None
    return stat.S_IMODE(found) if stat.S_ISREG(found) else None


def sync_folder(folder: Path) -> None:
    """Let the disk have the folder's new entry too, where it can.

    Where it cannot, nothing is said: every reader meets the new file, and who were told of a failure would tell others
    that the old one is still there. After a power cut it is the old one or the new one.
    """
    with suppress(OSError):
        handle = again(os.open, folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            again(os.fsync, handle)
        finally:
            _close(handle)


def _close(handle: int) -> None:
    """Close a file; whether the disk has its content `fsync` has said, and `close` has nothing to add to it."""
    with suppress(OSError):
        os.close(handle)


def clear(folder: Path) -> None:
    """Remove what processes of this host that are gone have left half written in the folder."""
    try:
        left = [(path, _ASIDE.fullmatch(path.name)) for path in folder.glob(".*.aside")]
    except OSError:
        return
    for path, owner in left:
        if owner and owner["host"] == _HOST and not psutil.pid_exists(int(owner["pid"])):
            _forget(path)


def _forget(path: Path) -> None:
    """Remove a file that nobody misses; where that fails, a later writer removes it."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
