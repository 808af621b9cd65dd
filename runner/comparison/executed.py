"""Notebook files as they are compared: cells with their sources and outputs, whatever else stands in the file.

A file is read as a stranger's: what is not of the form of a notebook is a `MissingError`, and never followed further.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.comparison.side import MissingError, Side
from runner.reading.marks import INJECTED, MARK

LARGEST_BYTES = 96 << 20
"""A larger copy is not compared; the runner itself cuts outputs at 16 MiB unless it is told otherwise."""
MOST_CELLS = 20_000
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_LONGEST_HEADING = 120


@dataclass(frozen=True)
class Executed:
    """A cell of a notebook file."""

    id: str
    kind: str
    """`code`, `markdown` or `raw`."""
    source: str
    number: int | None
    """As Jupyter shows it after a fresh run, `In [n]`; None for cells that run nothing."""
    heading: str
    """The last heading above the cell, or in it."""
    outputs: tuple[Mapping[str, Any], ...] = ()


def copy_of(side: Side, step: Mapping[str, Any]) -> tuple[Executed, ...]:
    """The executed copy of a step, without the cells that the runner wrote; a `MissingError` says why there is none."""
    return read(side.file(step.get("copy"), LARGEST_BYTES))


def read(path: Path) -> tuple[Executed, ...]:
    """The cells of a notebook file."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as fault:
        raise MissingError(f"cannot be read: {str(fault)[:200]}") from None
    found = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(cell, dict) for cell in found):
        raise MissingError("is no notebook")
    if len(found) > MOST_CELLS:
        raise MissingError(f"has {len(found):,} cells, more than are compared ({MOST_CELLS:,})")
    return tuple(_cells(found))


def text_of(told: object) -> str:
    """A text of a notebook file, which may stand there in lines."""
    if isinstance(told, str):
        return told
    return "".join(part for part in told if isinstance(part, str)) if isinstance(told, list) else ""


def _cells(found: list[dict[str, Any]]) -> list[Executed]:
    cells, number, heading = [], 0, ""
    for cell in found:
        kind, source = str(cell.get("cell_type")), text_of(cell.get("source"))
        runs = kind == "code" and bool(source.strip())
        number += runs
        metadata = cell.get("metadata")
        tags = metadata.get("tags") if isinstance(metadata, dict) else None
        if isinstance(tags, list) and (INJECTED in tags or MARK in tags):
            continue
        if kind == "markdown" and (titles := _HEADING.findall(source[:10_000])):
            heading = titles[-1][:_LONGEST_HEADING]
        outputs = cell.get("outputs")
        shown = tuple(one for one in outputs if isinstance(one, dict)) if isinstance(outputs, list) else ()
        cells.append(Executed(str(cell.get("id") or ""), kind, source, number if runs else None, heading, shown))
    return cells
