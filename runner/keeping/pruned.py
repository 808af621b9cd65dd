"""Runs that were pruned: whoever asks for one learns what became of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from runner.ledger import appending
from runner.ledger.line import Event, Line

_MARK = f'"event":"{Event.PRUNED}"'.encode()


def told(output: Path, name: str, pipeline: str | None = None) -> str | None:
    """What became of the one pruned run that goes by this id or prefix; None where there is none."""
    found = {line.run_id: line for line in _lines(output) if _is_meant(line, name, pipeline)}
    if len(found) != 1:
        return None
    ((run_id, line),) = found.items()
    reason = line.facts.get("reason")
    bucket = line.facts.get("bucket")
    return (
        f"the run {run_id} of {line.pipeline} was pruned on {line.at:%Y-%m-%d} by {line.who}"
        f"{f' ({reason})' if reason else ''}; its digest was {line.digest}"
        f"{f'; its files may still be in s3://{bucket}' if bucket else ''}"
    )


def _lines(output: Path) -> list[Line]:
    lines = []
    for text in appending.content(output / "ledger.jsonl").split(b"\n"):
        if _MARK in text:
            with suppress(ValueError):  # verify says what is wrong with it
                lines.append(Line.read(text))
    return lines


def _is_meant(line: Line, name: str, pipeline: str | None) -> bool:
    run_id = line.run_id or ""
    return line.event is Event.PRUNED and bool(name) and run_id.startswith(name) and pipeline in (None, line.pipeline)
