"""Working folders: where a step writes while others run beside it, so that it is known who wrote what.

    <output>/spool/<run_id>
      work, <pipeline>, STEP        folders in each other
        tables, results, artifacts

As a run folder does, it lies in a folder that is named for the pipeline, which notebooks may read. In it lie, as
links, the files of the steps that it needs. What it has written comes home into the run folder when it has ended, and
what it publishes when it does so. The folder stays until its run leaves the spool: what a process that vanished has
left there comes home when the run is found to be lost.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from runner import files
from runner.records import inventory
from runner.records.paths import SPOOL

WORK = "work"


def of_step(spool: Path, home: Path, step: str) -> Path:
    """The working folder of a step of the run whose folder is `home`, in the spool of that run."""
    return spool / WORK / home.parent.name / step


def make(work: Path, home: Path, rooms: Iterable[str], needed: Iterable[str]) -> None:
    """Make a working folder with links to files of the run folder."""
    for room in rooms:
        (work / room).mkdir(parents=True, exist_ok=True)
    for path in needed:
        _link(home / path, work / path)


def bring_home(work: Path, home: Path, paths: Iterable[str]) -> None:
    """Let files of the working folder stand in the run folder too, each in the place of what stands there."""
    for path in paths:
        target = home / path
        if not (target.exists() and target.samefile(work / path)):
            beside = files.aside(target)
            _link(work / path, beside)
            files.again(os.replace, beside, target)


def rescue(home: Path) -> None:
    """Bring home what a run that vanished has left in its working folders, where nothing stands in its place."""
    room = home.parents[1] / SPOOL / home.name / WORK / home.parent.name
    for work in sorted(room.iterdir()) if room.is_dir() else ():
        bring_home(work, home, [path for path in inventory.paths(work) if not os.path.lexists(home / path)])


def _link(source: Path, target: Path) -> None:
    """Let a file stand in a second place; it is copied where the file system knows no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
