"""The journal of a run: one JSON line per thing that happens, in the file as soon as it has happened."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Journal:
    """An append-only file of JSON lines; each is handed to the system in one write, so that a crash tears at most one.

    Every line has `at` (UTC), `event` (what happened) and the facts given. Usable from several threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, event: str, **facts: object) -> None:
        """Append one line."""
        entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        line = (json.dumps(entry, ensure_ascii=False, default=str) + "\n").encode(errors="backslashreplace")
        while line:
            line = line[os.write(self._file, line) :]

    def close(self) -> None:
        """Make sure that the disk has every line, and close the file."""
        os.fsync(self._file)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of a journal; a last line torn by a crash is left out."""
    entries = []
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return entries
