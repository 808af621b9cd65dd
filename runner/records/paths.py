"""Paths that a record tells: followed only where they stay in the folder that they are told of."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from runner.errors import RecordError

SPOOL = "spool"
"""The folder of what waits for its delivery, in the output folder beside those of the pipelines."""
_LONGEST = 1024


def inside(folder: Path, told: object) -> Path:
    """The path of a file that a record names, relative to a folder; a `RecordError` where it would lead out of it.

    A link on the way counts by where it leads to, so that nothing outside is read or written through one.
    """
    plain = isinstance(told, str) and 0 < len(told) <= _LONGEST and "\0" not in told
    parts = PurePosixPath(told).parts if plain and isinstance(told, str) else ()
    if parts and not PurePosixPath(*parts).is_absolute() and ".." not in parts:
        path = folder.joinpath(*parts)
        if path.resolve().is_relative_to(folder.resolve()):
            return path
    raise RecordError(f"the record names {str(told)[:80]!r}, which is no file of the folder {folder}")
