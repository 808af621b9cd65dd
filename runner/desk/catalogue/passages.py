"""The search for a text in all executed copies: newest runs first, for as long as a person waits, then further on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from runner.desk.catalogue.answers import Row
from runner.desk.notebook import copy
from runner.desk.notebook.copy import Cell
from runner.errors import RecordError

SECONDS = 2.0
"""So long one search takes; where it stopped, the next one goes on."""
MOST = 60
"""So many passages a page holds."""
MOST_OF_A_COPY = 5
AROUND = 80
"""Characters before and after what was found."""
_TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")


@dataclass(frozen=True)
class Passage:
    """A place where the text stands."""

    run: Row
    file: str
    position: int
    """Of the cell, from 1, of all cells."""
    number: int | None
    """As Jupyter shows it, `In [n]`; None for cells that run nothing."""
    where: str
    """`code`, `text` or `output`."""
    before: str
    found: str
    after: str


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    passages: tuple[Passage, ...]
    looked_at: int
    """How many runs."""
    further: str | None
    """The run before which the next search goes on; None where all were looked at."""


def search(output: Path, rows: Iterable[Row], text: str, seconds: float = SECONDS) -> Found:
    """Look for a text, whatever its case, in the executed copies of runs."""
    ends, passages, looked_at, last = monotonic() + seconds, list[Passage](), 0, None
    sought = text.lower()
    # As it stands in the file: JSON escapes some signs, and every text that holds it holds its longest plain part.
    needle = json.dumps(sought, ensure_ascii=False)[1:-1].encode(errors="replace")
    for row in rows:
        if last is not None and (monotonic() > ends or len(passages) >= MOST):
            return Found(tuple(passages[:MOST]), looked_at, last)
        last, looked_at = row.run_id, looked_at + 1
        for path in _copies(output / row.folder):
            passages += _in_copy(row, path, sought, needle)
    return Found(tuple(passages[:MOST]), looked_at, None)


def _copies(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.ipynb")) if path.is_file() and not path.is_symlink()]


def _in_copy(row: Row, path: Path, sought: str, needle: bytes) -> Iterator[Passage]:
    try:
        if path.stat().st_size > copy.MOST_BYTES:
            return
        content = path.read_bytes()
        if needle not in content.lower() and needle.isascii():
            return
        cells = copy.parsed(content).cells
    except (OSError, RecordError):
        return
    left = MOST_OF_A_COPY
    for cell in cells:
        for where, told in _texts(cell):
            if left and (at := told.lower().find(sought)) >= 0:
                left -= 1
                end = at + len(sought)
                before, after = told[max(0, at - AROUND) : at], told[end : end + AROUND]
                yield Passage(row, path.name, cell.position, cell.number, where, before, told[at:end], after)


def _texts(cell: Cell) -> Iterator[tuple[str, str]]:
    yield ("code" if cell.kind == "code" else "text"), cell.source
    for output in cell.outputs:
        yield "output", f"{output.name}: {output.value}" if output.kind == "error" else output.text
        for kind in _TEXTS:
            if (told := copy.text_of(output.data, kind)) is not None:
                yield "output", told
