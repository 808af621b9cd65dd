"""An executed copy as the desk reads it: leniently, since a hostile or half-written one must still be looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.errors import RecordError

MOST_BYTES = 128 << 20
MOST_CELLS = 10_000
MOST_OUTPUTS = 2_000
"""Of a cell; the rest is counted."""
_WIDGETS = "application/vnd.jupyter.widget-state+json"


@dataclass(frozen=True)
class Output:
    """An output of a cell."""

    kind: str
    """`stream`, `data` or `error`."""
    text: str = ""
    """Of a stream or a traceback, with its colours."""
    name: str = ""
    """Of the stream or the error."""
    value: str = ""
    """What the error said."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Of a display: a representation for each MIME type."""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """A cell of a copy."""

    position: int
    """From 1, of all cells."""
    number: int | None
    """As Jupyter shows it after a fresh run, `In [n]`; None for cells that run nothing."""
    kind: str
    id: str
    source: str
    outputs: tuple[Output, ...] = ()
    left_out: int = 0
    """How many outputs are too many to be read."""
    attachments: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def error(self) -> Output | None:
        """The error that it ended in."""
        return next((output for output in self.outputs if output.kind == "error"), None)


@dataclass(frozen=True)
class Copy:
    """An executed copy."""

    cells: tuple[Cell, ...]
    language: str = "python"
    widgets: Mapping[str, Any] = field(default_factory=dict)
    """State of each widget, by its model's id."""

    @property
    def stopped(self) -> Cell | None:
        """The cell that ended in an error."""
        return next((cell for cell in self.cells if cell.error is not None), None)


def read(path: Path) -> Copy:
    """The copy that a file holds, or a `RecordError` that says why it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise RecordError(f"The copy cannot be read: {fault.strerror or fault}.") from None
    if len(content) > MOST_BYTES:
        raise RecordError(f"The copy is larger than {MOST_BYTES >> 20} MiB; download it to look at it.")
    return parsed(content)


def parsed(content: bytes) -> Copy:
    """The copy that a text holds."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise RecordError("The copy is no notebook: it is not JSON, or only half of it is there.") from None
    cells = told.get("cells") if isinstance(told, dict) else None
    if not isinstance(cells, list):
        raise RecordError("The copy is no notebook of format 4: it has no list of cells.")
    if len(cells) > MOST_CELLS:
        raise RecordError(f"The copy has {len(cells):,} cells, and no more than {MOST_CELLS:,} are shown.")
    metadata = _mapping(told.get("metadata"))
    state = _mapping(_mapping(_mapping(metadata.get("widgets")).get(_WIDGETS)).get("state"))
    language = _mapping(metadata.get("language_info")).get("name")
    return Copy(tuple(_cells(cells)), language if isinstance(language, str) else "python", state)


def _cells(cells: Sequence[object]) -> Iterator[Cell]:
    number = 0
    for position, cell in enumerate(map(_mapping, cells), start=1):
        kind = cell.get("cell_type")
        kind = kind if kind in ("code", "markdown", "raw") else "raw"
        source = _text(cell.get("source"))
        runs = kind == "code" and bool(source.strip())
        number += runs
        told = cell.get("outputs")
        outputs: Sequence[object] = told if isinstance(told, list) else []
        tags = _mapping(cell.get("metadata")).get("tags")
        yield Cell(
            position=position,
            number=number if runs else None,
            kind=kind,
            id=cell["id"] if isinstance(cell.get("id"), str) else "",
            source=source,
            outputs=tuple(map(_output, map(_mapping, outputs[:MOST_OUTPUTS]))),
            left_out=max(0, len(outputs) - MOST_OUTPUTS),
            attachments=_mapping(cell.get("attachments")),
            tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        )


def _output(told: Mapping[str, Any]) -> Output:
    kind = told.get("output_type")
    if kind == "stream":
        return Output("stream", _text(told.get("text")), name=_text(told.get("name")))
    if kind == "error":
        lines = told.get("traceback")
        text = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        return Output("error", text, _text(told.get("ename")), _text(told.get("evalue")))
    data = {name: one for name, one in _mapping(told.get("data")).items() if isinstance(name, str)}
    return Output("data", data=data, metadata=_mapping(told.get("metadata")))


def text_of(data: Mapping[str, Any], kind: str) -> str | None:
    """A textual representation of an output; None where it has none."""
    return _text(data[kind]) if kind in data else None


def _text(told: object) -> str:
    """A text that a notebook holds whole or as a list of lines."""
    if isinstance(told, list):
        return "".join(line for line in told if isinstance(line, str))
    return told if isinstance(told, str) else ""


def _mapping(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}
