"""Reuse: whether a step has to be run, and why; or which earlier run has done its work already.

Equal content keys mean equal work (`runner.origins.provenance.content_parts`). What an earlier run has left is taken
over by copying: a link would let a notebook that writes in place alter the archive. Every copied file is compared with
the digest in the earlier record. A step whose input goes only by a name, such as `auto`, is run again, since a name
has no digest; `--only`, `--from` and `resume` take over its results nevertheless.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.errors import RecordError
from runner.origins import provenance
from runner.outcomes import Status
from runner.reading.choice import Choice
from runner.reading.pipeline import Pipeline
from runner.records import archive
from runner.records.record import FileRecord

LOOK_BACK = 200
"""So many earlier runs are looked through for a result."""
_GOOD = (Status.SUCCEEDED, Status.CACHED)


@dataclass(frozen=True)
class Earlier:
    """A good step of an earlier run."""

    folder: Path
    step: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """The run that computed it."""
        return str(self.step["cached_from"] or self.folder.name)


class NothingToTakeOver(Exception):  # noqa: N818 - it is an outcome, not a fault
    """A step may not be run, and there is no earlier result of it."""


@dataclass(frozen=True)
class Decision:
    """What becomes of a step, and why."""

    why: str
    earlier: tuple[Earlier, ...] = ()
    """Results of which one is taken over instead of running it, the newest first."""


@dataclass
class Shelf:
    """What earlier runs of a pipeline have left, the newest first."""

    output: Path
    pipeline: str
    _manifests: list[dict[str, Any]] | None = field(default=None)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, name: str, key: str) -> tuple[Earlier, ...]:
        """Good results of equal work, the newest first."""
        return tuple(one for one in self._results(name) if one.step["content_key"] == key)

    def latest(self, name: str) -> Mapping[str, Any] | None:
        """The parts of the content of the newest good result, whatever it was made of."""
        return next((one.step["content"] for one in self._results(name) if one.step["content"]), None)

    def used(self, name: str) -> tuple[int, float] | None:
        """The memory and the seconds that the step took when it was last computed; None where it never was."""
        done = (one.step for one in self._results(name) if one.step["peak_memory_bytes"])
        return next(((int(step["peak_memory_bytes"]), float(step["seconds"] or 0)) for step in done), None)

    def _results(self, name: str) -> list[Earlier]:
        with self._lock:
            if self._manifests is None:
                folders = archive.run_folders(self.output, self.pipeline)[:LOOK_BACK]
                self._manifests = [manifest for folder in folders if (manifest := _read(folder))]
        return [
            Earlier(self.output / self.pipeline / manifest["run_id"], step)
            for manifest in self._manifests
            for step in manifest["steps"]
            if step["name"] == name and step["status"] in _GOOD
        ]


def decide(name: str, parts: Mapping[str, Any], pipeline: Pipeline, choice: Choice, shelf: Shelf) -> Decision:
    """Whether the step with that content is run or taken over, and the reason in one line.

    Raises `NothingToTakeOver` where `--only` forbids to run it and no earlier run has done it.
    """
    latest = shelf.latest(name)
    changed = provenance.why(latest, parts)
    if option := choice.asked(pipeline, name):
        return Decision(f"{option}; {changed}" if latest and latest != parts else option)
    found = shelf.find(name, provenance.content_key(parts))
    names = provenance.undigested(parts)
    if found and (not names or choice.chosen):
        return Decision(f"unchanged since run {found[0].origin}", found)
    if choice.only is not None:
        raise NothingToTakeOver(f"{name} has no result to take over ({changed}); leave out --only {choice.only}")
    if found:
        return Decision(f"input {', '.join(names)} is a name, and what it stands for may have changed")
    return Decision(changed)


def take(earlier: Earlier, folder: Path) -> tuple[FileRecord, ...] | None:
    """Copy the files of an earlier step into a run folder; None where one is missing, altered, or in the way."""
    taken: list[FileRecord] = []
    for file in earlier.step["files"]:
        one = FileRecord(**file)
        target = folder / one.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            good = _copy(earlier.folder / one.path, target) == one.sha256
        except FileNotFoundError:
            good = False
        if not good:
            for done in (*taken, one):
                (folder / done.path).unlink(missing_ok=True)
            return None
        taken.append(one)
    return tuple(taken)


def _copy(source: Path, target: Path) -> str:
    """Copy a file that must not be there yet, and return the digest of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as read:
        written = target.open("xb")
        try:
            with written:
                while chunk := read.read(1 << 20):
                    digest.update(chunk)
                    written.write(chunk)
        except OSError:
            target.unlink(missing_ok=True)  # half of a file is nobody's work
            raise
    return digest.hexdigest()


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        return archive.read_manifest(folder)
    except RecordError:
        return None
