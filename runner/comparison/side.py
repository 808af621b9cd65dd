"""One of the runs that are compared: its manifest, its folder, and the files of it that may be read."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from runner import wording
from runner.comparison import form
from runner.comparison.difference import Run
from runner.comparison.noise import Noise
from runner.errors import RecordError
from runner.outcomes import Status
from runner.records import archive

MOST_FAULTS = 3


class MissingError(Exception):
    """A file of a run cannot be read; its text is a clause that says why."""


@dataclass(frozen=True)
class Side:
    """A run, as `Side.of` reads it from its folder."""

    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def of(cls, folder: Path) -> Side:
        """The run in a folder; a `RecordError` where its record is not as the runner writes it."""
        manifest = archive.read_manifest(folder)
        if faults := list(itertools.islice(form.faults(manifest), MOST_FAULTS)):
            where = ", ".join(fault[:80] for fault in faults)
            raise RecordError(f"{folder / archive.MANIFEST}: is not as the runner writes it, at {where}")
        return cls(folder, manifest)

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"run {self.manifest['run_id']}"

    @cached_property
    def steps(self) -> dict[str, Mapping[str, Any]]:
        """The steps by name."""
        return {str(step["name"]): step for step in self.manifest["steps"]}

    @cached_property
    def noise(self) -> Noise:
        """What this run writes into its copies that no other run does."""
        return Noise.of_run(self.folder, self.manifest)

    @property
    def told(self) -> Run:
        """The facts of the run."""
        origin = self.manifest["provenance"]
        git = origin.get("git") or {}
        words = {name: str(self.manifest.get(name) or "") for name in ("logical_date", "started", "command")}
        return Run(
            run_id=str(self.manifest["run_id"]),
            pipeline=str(self.manifest["pipeline"]),
            status=str(self.manifest["status"]),
            reason=self.manifest.get("reason"),
            seconds=self.manifest.get("seconds"),
            commit=git.get("commit"),
            dirty=git.get("dirty"),
            host=str(origin.get("host") or ""),
            user=str(origin.get("user") or ""),
            **words,
        )

    def file(self, path: object, most_bytes: int) -> Path:
        """A file of the run folder that its record names, or a `MissingError`.

        What a record says is no reason to read elsewhere: no link is followed, and no path leads out of the folder.
        """
        plain = PurePosixPath(path) if isinstance(path, str) and path and "\0" not in path else None
        if plain is None or plain.is_absolute() or ".." in plain.parts:
            raise MissingError("is not named as a file of the run")
        found = self.folder / plain
        try:
            inside = found.resolve() == self.folder.resolve() / plain
            if not inside or not found.is_file():
                raise MissingError("is gone" if inside and not found.exists() else "is no plain file of the run")
            size = found.stat().st_size
        except (OSError, ValueError, RuntimeError) as fault:
            raise MissingError(f"cannot be read: {fault}") from None
        if size > most_bytes:
            raise MissingError(f"has {wording.memory(size)}, more than is compared ({wording.memory(most_bytes)})")
        return found


def ended_as(step: Mapping[str, Any]) -> str:
    """How a step ended; what was taken over from an earlier run had succeeded there."""
    return "succeeded" if step["status"] == Status.CACHED else str(step["status"])
