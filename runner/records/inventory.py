"""The inventory of a run folder: every file that lies in it, so that the manifest's digest stands for all of them.

Left out are the manifest itself, copies of inputs (the record has their digests), and what a crash left half written
(`.*.aside`). Links are nobody's work, and are no part of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.records import digests
from runner.records.record import MANIFEST, FileRecord

INPUTS = "inputs"
"""Folder of a run that stays behind: copies of what lies elsewhere, named in the manifest by digest and version."""


@dataclass(frozen=True)
class Inventory:
    """What a run folder holds, beside what its steps are recorded to have written.

    Where a path stands in several lists, the last one is true: of two steps the later one, and this after all steps.
    """

    files: tuple[FileRecord, ...]
    """What no step wrote (journal, differences from the commit, copies of earlier attempts), and what lies there
    instead of what a step wrote."""
    altered: Mapping[str, str]
    """The step that wrote each file that is not as it was, by path."""
    gone: Mapping[str, str]
    """The step that wrote each file that is not there any more, by path."""

    @property
    def faults(self) -> list[str]:
        """What is not as a step left it, in words."""
        gone = [f"{path}, which {step} wrote, is gone" for path, step in self.gone.items()]
        return gone + [f"{path}, which {step} wrote, was altered after it" for path, step in self.altered.items()]


def is_aside(name: str) -> bool:
    """Whether a file of that name is something half written, which no record tells of."""
    return name.startswith(".") and name.endswith(".aside")


def paths(folder: Path) -> Iterator[str]:
    """The paths of all files that belong in the inventory, in order, relative to the run folder."""
    for place, folders, files in os.walk(folder):
        at = Path(place).relative_to(folder)
        folders[:] = sorted(name for name in folders if not (at == Path() and name == INPUTS))
        for name in sorted(files):
            path = at / name
            if path != Path(MANIFEST) and not is_aside(name) and _is_plain(folder / path):
                yield path.as_posix()


def take(folder: Path, listed: Mapping[str, Sequence[FileRecord]]) -> Inventory:
    """Look at every file of a run that is over; `listed` is what each step is recorded to have written, in order."""
    found = {path: _record(folder, path) for path in paths(folder)}
    told = {file.path: (name, file) for name, files in listed.items() for file in files}
    altered = {path: name for path, (name, file) in told.items() if path in found and found[path] != file}
    gone = {path: name for path, (name, _) in told.items() if path not in found}
    return Inventory(tuple(found[path] for path in found if path not in told or path in altered), altered, gone)


def _record(folder: Path, path: str) -> FileRecord:
    return FileRecord(path, (folder / path).stat().st_size, digests.of_file(folder / path))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
