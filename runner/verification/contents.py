"""What lies in a folder, and the digests of files: computed once for all names of a file."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A thing in a folder, by the path from there."""

    path: str
    size: int
    is_file: bool
    """Neither a link nor anything else."""
    inode: tuple[int, int] | None
    """What tells the file from others, where it has more than one name."""


def below(folder: Path, leave_out: str | None = None) -> Iterator[Entry]:
    """All that lies below a folder, except folders themselves and the one to leave out; no link is followed."""
    waiting = [(str(folder), "")]
    while waiting:
        place, prefix = waiting.pop()
        with os.scandir(place) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    if prefix or entry.name != leave_out:
                        waiting.append((entry.path, f"{prefix}{entry.name}/"))
                    continue
                told = entry.stat(follow_symlinks=False)
                inode = (told.st_dev, told.st_ino) if told.st_nlink > 1 else None
                yield Entry(prefix + entry.name, told.st_size, stat.S_ISREG(told.st_mode), inode)


def of_file(path: str | Path) -> str:
    """SHA-256 of a file that is no link."""
    digest = hashlib.sha256()
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        while chunk := os.read(handle, CHUNK):
            digest.update(chunk)
            if len(chunk) < CHUNK:
                break
    finally:
        os.close(handle)
    return digest.hexdigest()


@dataclass
class Digests:
    """Digests of files, remembered for those that have several names: equal files of many runs are one on the disk."""

    files: int = 0
    bytes: int = 0
    _known: dict[tuple[int, int], str] = field(default_factory=dict, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of(self, folder: Path, entry: Entry) -> str:
        """The digest of what lies there."""
        if entry.inode is not None and (known := self._known.get(entry.inode)) is not None:
            return known
        digest = of_file(f"{folder}/{entry.path}")
        with self._turn:
            self.files += 1
            self.bytes += entry.size
            if entry.inode is not None:
                self._known[entry.inode] = digest
        return digest
