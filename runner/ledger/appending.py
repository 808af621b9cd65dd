"""A file of lines that only grows: opened without following links, its last whole line, and what is put after it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.errors import RecordError
from runner.files import again

TAIL_BYTES = 16_384
_ALWAYS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


@contextmanager
def for_writing(path: Path) -> Iterator[int]:
    """The file, made where there is none, or a `RecordError`."""
    with _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
        yield file


def content(path: Path) -> bytes:
    """The whole lines of the file, without what a crash has torn off; nothing where there is no file."""
    try:
        with _open(path, os.O_RDONLY) as file, os.fdopen(file, "rb", closefd=False) as stream:
            text = stream.read()
    except FileNotFoundError:
        return b""
    except OSError as fault:
        raise _fault(path, "read", fault) from fault
    return text[: text.rfind(b"\n") + 1]


def tail(file: int) -> tuple[int, bytes]:
    """How many bytes of the file are whole lines, and the last of these; the file is not read from its beginning."""
    size, looked = os.fstat(file).st_size, TAIL_BYTES
    while True:
        begins = max(0, size - looked)
        text = os.pread(file, size - begins, begins)
        end = text.rfind(b"\n")
        start = text.rfind(b"\n", 0, max(end, 0))
        if begins == 0 or (start >= 0 and end > start):
            return begins + end + 1, text[start + 1 : max(end, 0)]
        looked *= 4


def put(file: int, path: Path, whole: int, text: bytes) -> None:
    """Put the text after the first `whole` bytes and wait until the disk has it; where it cannot, a `RecordError`.

    Then the file ends where its whole lines end, as before.
    """
    try:
        if os.fstat(file).st_size > whole:
            again(os.ftruncate, file, whole)
        left = memoryview(text)
        while left:
            left = left[again(os.write, file, left) :]
        again(os.fsync, file)
    except OSError as fault:
        with suppress(OSError):  # what stays is a torn line, which the next writer removes
            again(os.ftruncate, file, whole)
        raise _fault(path, "written", fault) from fault
    if whole == 0:
        _sync_folder(path.parent)


@contextmanager
def _open(path: Path, flags: int) -> Iterator[int]:
    try:
        file = again(os.open, path, flags | _ALWAYS, 0o644)
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise _fault(path, "opened", fault) from fault
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise RecordError(f"{path}: is no file")
        yield file
    finally:
        os.close(file)


def _sync_folder(folder: Path) -> None:
    """Let the disk have the name of a new file; some file systems cannot, and keep it all the same."""
    with suppress(OSError):
        handle = again(os.open, folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            again(os.fsync, handle)
        finally:
            os.close(handle)


def _fault(path: Path, done: str, fault: OSError) -> RecordError:
    why = "is a link, and links are not followed" if path.is_symlink() else fault.strerror or fault
    return RecordError(f"{path}: cannot be {done}: {why}")
