"""A reader beside the runs: polls their records, copies and journals, and counts what it met half written.

python -m tests.faults.watcher FOLDER …      until its standard input ends; prints one JSON object
"""

from __future__ import annotations

import json
import select
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.faults.stage import PIPELINE, tell

PATTERNS = ("run.json", "*.ipynb", "journal.jsonl")
PAUSE_S = 0.005


class Watcher:
    """What was read, and what of it was torn."""

    def __init__(self, folders: list[Path]) -> None:
        self.folders = folders
        self.read: Counter[str] = Counter()
        """Reads by the kind of file; a file that has not changed since is not read again."""
        self.polls = 0
        self.torn: list[str] = []
        self._seen: dict[Path, tuple[int, int, int]] = {}

    def poll(self) -> None:
        """Read what is new."""
        self.polls += 1
        for path in self._files():
            try:
                found = path.stat()
                if self._seen.get(path) == (found.st_ino, found.st_mtime_ns, found.st_size):
                    continue
                content = path.read_bytes()
            except FileNotFoundError:
                continue  # the round is over, and its folder was removed
            self._seen[path] = (found.st_ino, found.st_mtime_ns, found.st_size)
            self.read[path.suffix] += 1
            if fault := _fault(path, content):
                self.torn.append(f"{path}: {fault}")

    def _files(self) -> list[Path]:
        found: list[Path] = []
        for folder in self.folders:
            # While it is listed a round may end, and its folder be removed.
            with suppress(FileNotFoundError):
                for pattern in PATTERNS:
                    found.extend(folder.glob(f"output/*/{PIPELINE}/*/{pattern}"))
        return found


def _fault(path: Path, content: bytes) -> str | None:
    """What is half written in a file; the last line of a journal may be under way."""
    parts = content.split(b"\n")[:-1] if path.suffix == ".jsonl" else [content]
    try:
        for part in parts:
            json.loads(part)
    except ValueError as error:
        return f"{len(content)} bytes: {error}"
    return None


def main(folders: list[str]) -> None:
    """Poll until whoever started this closes its end."""
    watcher = Watcher([Path(folder) for folder in folders])
    while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
        watcher.poll()
    tell(json.dumps({"polls": watcher.polls, "read": watcher.read, "torn": watcher.torn}))


if __name__ == "__main__":
    main(sys.argv[1:])
