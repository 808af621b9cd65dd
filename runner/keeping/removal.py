"""A run's folder on its way off the disk: out of the archive in one step, then file by file."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from runner.errors import RecordError
from runner.keeping import objects

FORM = "*/.*.pruned"
_HALF = re.compile(r"\.(?P<run_id>[0-9a-f-]{36})\.pruned")


def files(folder: Path) -> Iterator[os.stat_result]:
    """What the disk knows of each file below a folder; one that goes meanwhile is left out."""
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                yield Path(place, name).lstat()


def freed(output: Path, folders: list[Path]) -> int:
    """Bytes whose last links go: those of the runs, and then the object's."""
    kept = {(found.st_dev, found.st_ino) for found in files(output / objects.FOLDER)}
    links: Counter[tuple[int, int]] = Counter()
    sizes: dict[tuple[int, int], tuple[int, int]] = {}
    for folder in folders:
        for found in files(folder):
            file = (found.st_dev, found.st_ino)
            links[file] += 1
            sizes[file] = (found.st_nlink, found.st_size)
    return sum(size for file, (count, size) in sizes.items() if count <= links[file] + (file in kept))


def remove(folder: Path) -> None:
    """Take a run out of the archive in one step, and then off the disk."""
    half = folder.with_name(f".{folder.name}.pruned")
    try:
        if half.exists() and folder.exists():
            _delete(half)
        folder.rename(half)
    except FileNotFoundError:
        pass  # somebody else is at it
    except OSError as fault:
        raise RecordError(f"{folder} cannot be removed: {fault.strerror}; repeat the command") from fault
    _delete(half)


def _delete(half: Path) -> None:
    def gone(_: object, path: str, fault: tuple[type[BaseException], BaseException, object]) -> None:
        if not isinstance(fault[1], FileNotFoundError):
            raise RecordError(f"{path} cannot be removed: {fault[1]}; repeat the command") from fault[1]

    if half.exists():
        shutil.rmtree(half, onerror=gone)


def sweep(output: Path, pruned: Collection[str | None]) -> None:
    """Remove what a call that was cut off has left: folders half removed, and objects that no run uses any more."""
    for path in output.glob(FORM):
        half = _HALF.fullmatch(path.name)
        if half and half["run_id"] in pruned and not path.is_symlink():
            _delete(path)
    objects.sweep(output)
