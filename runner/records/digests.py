"""SHA-256 digests of files and folders."""

from __future__ import annotations

import hashlib
from pathlib import Path


def of_file(path: Path) -> str:
    """The digest of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_folder(folder: Path) -> str:
    """The digest of a list of all files below a folder, one line `digest  path` each, sorted by path."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{of_file(folder / file)}  {file}\n" for file in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def of(path: Path) -> str:
    """The digest of a file or of a folder."""
    return of_folder(path) if path.is_dir() else of_file(path)
