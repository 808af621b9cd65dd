"""The journal of a run: one JSON line per thing that happens, in the file as soon as it has happened."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from runner.files import again
from runner.secrecy.redaction import Redactor


class Journal:
    """An append-only file of JSON lines; each is handed to the system in one write, so that a crash tears at most one.

    Every line has `at` (UTC), `event` (what happened) and the facts given, without the secrets that the redactor knows.
    Usable from several threads. A line that cannot be written (the disk is full) does not stop what it tells of: the
    first such fault is kept, and the run ends with it.
    """

    def __init__(self, path: Path, redactor: Redactor | None = None) -> None:
        self.path = path
        self.fault: OSError | None = None
        """Why a line is missing, if one is."""
        self._redactor = redactor or Redactor()
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def write(self, event: str, **facts: object) -> None:
        """Append one line."""
        entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        text = json.dumps(self._redactor.tree(entry), ensure_ascii=False, default=str) + "\n"
        with self._lock:
            # After a line that was cut off, the next one must not go on where it ended.
            line = ("\n" * (self.fault is not None) + text).encode(errors="backslashreplace")
            try:
                while line:
                    line = line[again(os.write, self._file, line) :]
            except OSError as fault:
                self.fault = self.fault or fault

    def close(self) -> None:
        """Make sure that the disk has every line, and close the file."""
        try:
            again(os.fsync, self._file)
        except OSError as fault:
            self.fault = self.fault or fault
        finally:
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of a journal; lines torn by a crash or a full disk, and those that no runner wrote, are left out."""
    entries = []
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(entry, dict) and entry.keys() >= {"at", "event"}:
            entries.append(entry)
    return entries
