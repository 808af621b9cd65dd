"""What each run of a storm is going to leave, noted before it asks for anything.

The judge believes these notes, not the runner's books.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.storm import effects

MARKED = {"customers": "why", "segments": "action", "answers": "text"}
"""Tables that every run publishes, and the column in which each row says whose it is."""
ROWS = 4
"""So many rows of each."""


@dataclass(frozen=True)
class Note:
    """What one run is going to leave."""

    run_id: str
    files: dict[str, str]
    """Digests by path in the run folder."""


def mark(run_id: str) -> str:
    """What the rows of a run say in their marked column."""
    return f"of {run_id}"


def append(path: Path, note: Note) -> None:
    """One line in one write, so that processes beside each other do not mix theirs."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    effects.REAL_WRITE(handle, (json.dumps(vars(note)) + "\n").encode())
    os.close(handle)


def read(path: Path) -> Iterator[Note]:
    """Every note."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Note(**json.loads(line))
