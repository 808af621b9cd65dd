"""The lines of a ledger whose file is gone: what the database has, and what the bucket's anchors hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from runner.errors import DamageError, RecordError, UsageError, listed
from runner.ledger.line import NOTHING, Line
from runner.tables.ledger_rows import LEDGER
from runner.wording import counted


def in_database(connection: sa.Connection) -> list[Line]:
    """Every line that the database has; one that cannot be read is a `DamageError`."""
    found = []
    for row in connection.execute(sa.select(LEDGER.c.ledger, LEDGER.c.number, LEDGER.c.line)):
        try:
            found.append(Line.read(row.line.encode()))
        except ValueError as fault:
            said = f"line {row.number} of the ledger {row.ledger} in the database cannot be read: {fault}"
            raise DamageError(f"{said}; nothing was restored") from None
    return found


def gathered(lines: Iterable[Line]) -> dict[str, dict[int, Line]]:
    """The lines by ledger and number; two that contradict each other are a `DamageError`."""
    found: dict[str, dict[int, Line]] = {}
    for line in lines:
        if found.setdefault(line.ledger, {}).setdefault(line.number, line).sha256 != line.sha256:
            said = f"database and bucket have line {line.number} of the ledger {line.ledger} unalike"
            raise DamageError(f"{said}: one of them was altered, and nothing was restored")
    return found


def chosen(found: Mapping[str, Mapping[int, Line]], ledger: str | None) -> list[Line]:
    """The lines of the ledger that is asked for, or of the only one; a `UsageError` where that is not clear."""
    if not found:
        raise UsageError("neither the database nor the bucket knows a ledger: there is nothing to restore")
    if ledger is None and len(found) > 1:
        known = [_told(name, list(lines.values())) for name, lines in sorted(found.items())]
        raise UsageError(listed("several hosts kept a ledger there; say which is to go on here, --ledger ID:", known))
    if ledger is not None and ledger not in found:
        raise UsageError(f"--ledger {ledger}: there is none of that id, only {', '.join(sorted(found))}")
    return whole(list((found[ledger] if ledger else next(iter(found.values()))).values()))


def whole(lines: Sequence[Line]) -> list[Line]:
    """The lines in their order, as an unbroken chain from the first one; else a `RecordError` or a `DamageError`."""
    ordered = sorted(lines, key=lambda line: line.number)
    numbers = {line.number for line in ordered}
    if missing := sorted(set(range(1, ordered[-1].number + 1)) - numbers):
        said = (
            f"of the ledger {ordered[0].ledger} {counted(len(missing), 'line')} cannot be had (the first: {missing[0]})"
        )
        raise RecordError(
            f"{said}: restore a backup of the database first, which has them all, or of the output folder"
        )
    before = NOTHING
    for line in ordered:
        if line.previous != before:
            said = f"line {line.number} of the ledger {line.ledger} does not follow from the one before"
            raise DamageError(f"{said}: something was altered, and nothing was restored")
        before = line.sha256
    return ordered


def _told(name: str, lines: Sequence[Line]) -> str:
    last = max(lines, key=lambda line: line.number)
    return f"{name}: {counted(last.number, 'line')}, the last on {last.at:%Y-%m-%d} by {last.who}"
