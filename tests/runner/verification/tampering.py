"""Hands on an archive: what somebody who can write to the output folder may do to its ledger and its runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from runner.ledger.book import FILE
from runner.ledger.line import NOTHING, Line
from runner.ledger.signing import Signer


def lines(output: Path) -> list[Line]:
    """The lines of the ledger."""
    return [Line.read(text) for text in (output / FILE).read_bytes().splitlines()]


def write(output: Path, changed: Sequence[Line]) -> None:
    """Put other lines in the ledger's place."""
    (output / FILE).write_bytes(b"".join(line.text + b"\n" for line in changed))


def told(line: Line, **facts: Any) -> Line:
    """The line with other values."""
    content = {**json.loads(line.text), **facts}
    content = {name: value for name, value in content.items() if value is not None or name != "signature"}
    return Line.read(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def rechained(changed: Sequence[Line], signed: Callable[[Line], str | None] | None = None) -> list[Line]:
    """The lines numbered and chained anew, as who knows the form can do; signatures stay, or are made by `signed`."""
    made: list[Line] = []
    for number, line in enumerate(changed, start=1):
        previous = made[-1].sha256 if made else NOTHING
        line = told(line, number=number, previous=previous)
        if signed is not None:
            bare = told(line, signature=None)
            line = told(bare, signature=signed(bare))
        made.append(line)
    return made


def other_key(line: Line) -> str:
    """A signature with a key that is not the ledger's."""
    return Signer.read("6e" * 32, Path()).sign(line.signed)


def flip(path: Path, at: int = -1) -> None:
    """Change one byte of a file; its permissions do not hold who owns it."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(content))


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
