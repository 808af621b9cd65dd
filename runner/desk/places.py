"""The files of a run that may be shown: plain ones inside its folder, reached by no link."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from runner.errors import RecordError

LONGEST_PATH = 1_024


def inside(folder: Path, path: str) -> Path:
    """The file of a run folder at a relative path; a `RecordError` where there is no plain file to be had there."""
    given = PurePosixPath(path)
    plain = path and len(path) <= LONGEST_PATH and path.isprintable() and not given.is_absolute()
    if not plain or ".." in given.parts or given.as_posix() != path:
        raise RecordError("That is no path of a file in a run.")
    at = folder
    try:
        for part in given.parts:
            at /= part
            if at.is_symlink():
                raise RecordError("That is a link, and a run keeps none: what it leads to is not shown.")
        if at.is_file():
            return at
    except OSError as fault:
        raise RecordError(f"That file cannot be read: {fault.strerror or fault}.") from None
    raise RecordError("There is no such file in this run.")
