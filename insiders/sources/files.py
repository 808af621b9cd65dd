"""The files behind a path: one file, those of a folder, or the members of a zip archive, unpacked as they are read."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from insiders.errors import SourceError


@dataclass(frozen=True)
class File:
    """A file to read: its name without the packing, and how to open its unpacked bytes."""

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]

    @property
    def suffix(self) -> str:
        """The ending that says the format, in lower case, for example ``.csv``."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True)
class Part:
    """Rows read from one file or sheet, the columns named as in `insiders.columns`, the values as written."""

    place: str
    """The file or sheet, for the person who has to look there."""
    rows: pa.Table
    ragged: list[tuple[int, str]] = field(default_factory=list)
    """Lines that have not the header's number of fields: line number and what is wrong."""
    notes: list[str] = field(default_factory=list)
    """What was left unread, and why."""


def behind(path: Path) -> list[File]:
    """The files at a path, in the order of their names; a `SourceError` where there is none."""
    if path.is_dir():
        inside = sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))
        files = [file for entry in inside for file in behind(entry)]
    elif not path.exists():
        raise SourceError(f"{path} is not there")
    elif path.suffix.lower() == ".zip":
        files = [File(name, partial(_member, path, name)) for name in _members(path)]
    elif path.suffix.lower() == ".gz":
        files = [File(path.stem, partial(_unpacked, path))]
    else:
        files = [File(path.name, partial(_plain, path))]
    return files


def digest(path: Path) -> str:
    """SHA-256 of a file; of a folder, the digest of its files' names and digests."""
    if path.is_dir():
        inside = sorted(entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith("."))
        lines = "".join(f"{digest(entry)}  {entry.name}\n" for entry in inside)
        return hashlib.sha256(lines.encode()).hexdigest()
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _plain(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as opened:
        yield opened


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    with gzip.open(path) as opened:
        yield cast(BinaryIO, opened)


@contextmanager
def _member(path: Path, name: str) -> Iterator[BinaryIO]:
    with zipfile.ZipFile(path) as archive, archive.open(name) as opened:
        yield cast(BinaryIO, opened)


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, OSError) as broken:
        raise SourceError(f"{path.name}: is a broken zip archive ({broken})") from broken
    return sorted(name for name in names if not Path(name).name.startswith(".") and not name.startswith("__MACOSX"))
