"""Objects: files of ended runs that are equal lie on the disk once.

    <output>/objects/<first two digits>/<sha256>    0444, a hard link of every file with that content

A run computes and is delivered with files of its own. Only when it has ended does a file that equals an object become
a link to it, and any other file an object. A link has no content of its own, so whoever writes into one writes into
all: therefore their mode is 0444, steps that are taken over are copied, never linked, and no file is believed to be
what its name says: its digest is computed anew before it is linked, and again before another is linked to it. Modes
hold nobody who is root. What root alters is altered in every run that has the file, and `runner verify` finds it.

A process that is killed anywhere here leaves each file as it was or as it should be, and at most a link that is called
`.….aside`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from runner.files import aside, clear

FOLDER = "objects"
MODE = 0o444
_NAME = re.compile(r"[0-9a-f]{64}")
_NO_LINKS = (errno.EPERM, errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP)
"""What a file system answers that has no hard links."""


@dataclass(frozen=True)
class Saved:
    """What linking came to."""

    files: int = 0
    """So many files are links to what was kept before."""
    bytes: int = 0
    """The room that they no longer take."""
    remark: str | None = None
    """Why files stay as they are, if any do: nothing is lost but room."""


def link(output: Path, run_folder: Path, files: Iterable[tuple[str, str, int]]) -> Saved:
    """Keep the files of a run that has ended once: `files` gives path, SHA-256 and bytes as its record has them.

    A file that is no longer what the record says is left alone, and so is one that is reached through a link. No fault
    is raised: a file that cannot be linked stays a file.
    """
    count, saved, told = 0, 0, list(files)
    faults: list[str] = []
    for path, sha256, size in told:
        file = run_folder / path
        if not size or file.resolve() != run_folder.resolve() / path:
            continue
        try:
            gained = _keep(file, place(output, sha256), sha256, size)
        except OSError as fault:
            if fault.errno in _NO_LINKS and not count and not faults:
                return Saved(remark=f"equal files are kept twice: no hard links in {output} ({fault.strerror})")
            faults.append(f"{path}: {fault.strerror or fault}")
            continue
        count, saved = count + (gained > 0), saved + gained
    for folder in {(run_folder / path).parent for path, _, _ in told}:
        clear(folder)
    more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
    return Saved(count, saved, f"not linked: {faults[0]}{more}" if faults else None)


def place(output: Path, sha256: str) -> Path:
    """Where the object with that digest lies."""
    return output / FOLDER / sha256[:2] / sha256


def sweep(output: Path) -> int:
    """Remove the objects that no run uses any more; the bytes freed."""
    freed = 0
    for folder in _folders(output):
        clear(folder)
        for path in (path for path in list(folder.iterdir()) if _NAME.fullmatch(path.name)):
            with suppress(FileNotFoundError):  # somebody else was quicker
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                    path.unlink()
                    freed += found.st_size
    return freed


def _folders(output: Path) -> list[Path]:
    """The folders that objects lie in; what is reached through a link lies elsewhere, and is not ours to remove."""
    found = [output / FOLDER, *(output / FOLDER).glob("??")]
    return [] if found[0].is_symlink() else [path for path in found[1:] if path.is_dir() and not path.is_symlink()]


def _keep(file: Path, kept: Path, sha256: str, size: int) -> int:
    """Make a file an object, or a link to the one there is; the bytes that are free then."""
    with _opened(file) as own:
        before = os.fstat(own)
        if not _is(own, sha256, size):
            return 0
        kept.parent.mkdir(parents=True, exist_ok=True)
        if any(folder.is_symlink() for folder in (kept.parent, kept.parent.parent)):
            raise OSError(errno.ELOOP, f"{kept.parent} is reached through a link")
        with suppress(FileNotFoundError), _opened(kept) as other:
            if os.path.samestat(os.fstat(other), before):
                return 0
            if _is(other, sha256, size) and _linked(kept, other, file):
                return size if before.st_nlink == 1 else 0
        # There is none, or it is not what its name says, or no more links to it can be made: this one takes its place.
        if not _linked(file, own, kept):
            raise OSError(errno.EMLINK, "it cannot have another link")
        return 0


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _is(handle: int, sha256: str, size: int) -> bool:
    """Whether an open file is a plain one with that content."""
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_size != size:
        return False
    with os.fdopen(os.dup(handle), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _linked(source: Path, handle: int, target: Path) -> bool:
    """Put a link to the open file `source` in the place of `target`; not so where that file can have no other."""
    beside = aside(target)
    try:
        os.link(source, beside, follow_symlinks=False)
    except OSError as fault:
        # The file of another user is not linked to where the system is set to protect it.
        if fault.errno == errno.EMLINK or (fault.errno == errno.EPERM and os.fstat(handle).st_uid != os.geteuid()):
            return False
        raise
    try:
        if not os.path.samestat(beside.lstat(), os.fstat(handle)):
            return False  # somebody put another file there meanwhile
        if stat.S_IMODE(os.fstat(handle).st_mode) != MODE:
            os.fchmod(handle, MODE)
        beside.replace(target)
    finally:
        # Two links of one file are not renamed into each other: the one aside would stay.
        beside.unlink(missing_ok=True)
    return True
