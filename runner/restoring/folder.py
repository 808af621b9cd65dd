"""The output folder as the archive that a database is rebuilt from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from runner.delivery import state
from runner.errors import DamageError
from runner.ledger.book import Book
from runner.ledger.line import Event, Line
from runner.promotion.pointer import FILE
from runner.records import archive, digests
from runner.restoring.source import Top, top_of
from runner.settings import Settings

_ENDS = (Event.FINISHED, Event.ADOPTED)


@dataclass(frozen=True)
class FolderFiles:
    """See `runner.restoring.source.Files`."""

    folder: Path

    def get(self, path: str, sha256: str) -> Path:
        """The file where it lies."""
        found = self.folder / path
        if not found.resolve().is_relative_to(self.folder.resolve()) or not found.is_file():
            raise DamageError(f"{found} is gone, or is no file of the run")
        if digests.of_file(found) != sha256:
            raise DamageError(f"{found} was altered: its digest is not {sha256[:12]}…; runner verify looks closer")
        return found


@dataclass(frozen=True)
class FolderSource:
    """See `runner.restoring.source.Source`."""

    settings: Settings

    @property
    def words(self) -> str:
        """The folder."""
        return str(self.settings.output)

    def runs(self) -> Sequence[tuple[str, str]]:
        """Runs that the ledger knows to have ended, without those in the spool: `runner sync` delivers them."""
        ended = {line.run_id for line in Book.of(self.settings).of_events(*_ENDS)}
        folders = reversed(archive.run_folders(self.settings.output))
        return [(one.parent.name, one.name) for one in folders if one.name in ended and not self._waits(one.name)]

    def lines(self) -> Sequence[Line]:
        """The whole ledger."""
        return Book.of(self.settings).lines()

    def tops(self) -> Sequence[Top]:
        """What the files beside the runs say."""
        found = []
        for path in sorted(self.settings.output.glob(f"*/{FILE}")):
            with suppress(OSError, ValueError, KeyError, TypeError):
                found.append(top_of(json.loads(path.read_bytes())))
        return found

    @contextmanager
    def opened(self, pipeline: str, run_id: str) -> Iterator[FolderFiles]:
        """The run's own folder."""
        yield FolderFiles(self.settings.output / pipeline / run_id)

    def _waits(self, run_id: str) -> bool:
        return state.file_of(state.folder_of(self.settings.output, run_id)).exists()
