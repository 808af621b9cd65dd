"""Where a database is rebuilt from: runs, lines of ledgers, and which run was current last."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from runner.errors import DamageError, RecordError
from runner.ledger.line import Line
from runner.records import archive


@dataclass(frozen=True)
class Top:
    """The newest promotion of a pipeline, as `current.json` has it."""

    number: int
    pipeline: str
    run_id: str
    kind: str
    at: datetime
    by: str


class Files(Protocol):
    """The files of one run."""

    @property
    def folder(self) -> Path:
        """Where its manifest lies, and every file once it was asked for."""
        ...

    def get(self, path: str, sha256: str) -> Path:
        """A file of the run; a `DamageError` where it is gone or has another digest."""
        ...


class Source(Protocol):
    """An archive that is read, and never written to."""

    @property
    def words(self) -> str:
        """What a person calls it."""
        ...

    def runs(self) -> Sequence[tuple[str, str]]:
        """Pipeline and id of every run that was delivered, in the order in which they began."""
        ...

    def lines(self) -> Sequence[Line]:
        """The lines of all ledgers that it tells of, each once."""
        ...

    def tops(self) -> Sequence[Top]:
        """Which run of each pipeline was current last."""
        ...

    def opened(self, pipeline: str, run_id: str) -> AbstractContextManager[Files]:
        """The files of a run, for as long as the context lasts."""
        ...


def manifest_of(files: Files, told: str | None) -> tuple[dict[str, Any], str]:
    """The manifest of a run that has ended, and its digest, which has to be the one that the ledger tells of."""
    sealed = archive.sealed(files.folder)
    if sealed is None:
        raise RecordError(f"the run {files.folder.name} has not ended, and the archive has it already")
    manifest, digest = sealed
    if told is not None and told != digest:
        said = f"the record of the run {files.folder.name} is not the one that the ledger tells of"
        raise DamageError(f"{said}; nothing of it is restored, and runner verify looks closer")
    return manifest, digest


def top_of(content: dict[str, Any]) -> Top:
    """What a `current.json` says; a ValueError, KeyError or TypeError where it is none."""
    return Top(
        int(content["promotion"]),
        str(content["pipeline"]),
        str(content["run_id"]),
        str(content["kind"]),
        datetime.fromisoformat(content["since"]),
        str(content["by"]),
    )
