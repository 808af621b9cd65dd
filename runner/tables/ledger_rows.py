"""The ledger's lines in the database: a copy that only grows, outside the folder that the ledger lies in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from runner.errors import DamageError
from runner.ledger.book import Book
from runner.ledger.line import Line
from runner.tables.database import insert
from runner.tables.run_rows import utc

AT_ONCE = 1000
LEDGER = sa.table(
    "ledger",
    *(
        sa.column(name, sa.Text)
        for name in ("ledger", "event", "pipeline", "run_id", "digest", "who", "line", "sha256")
    ),
    sa.column("number", sa.BigInteger),
    sa.column("at", sa.DateTime),
)


def write_lines(connection: sa.Connection, lines: Iterable[Line]) -> None:
    """Insert the lines that are not there yet; one that is there with another content is a `DamageError`."""
    found = {(line.ledger, line.number): line for line in lines}
    for ledger in {ledger for ledger, _ in found}:
        own = [line for line in found.values() if line.ledger == ledger]
        known = _known(connection, ledger, own)
        if changed := [line for line in own if known.get(line.number, line.sha256) != line.sha256]:
            said = f"line {changed[0].number} of the ledger here is not the one that the database has"
            raise DamageError(f"{said} ({len(changed)} differ): nothing is delivered; runner verify looks closer")
        _insert(connection, [line for line in own if line.number not in known])


def write_book(connection: sa.Connection, book: Book) -> None:
    """Insert all lines of a ledger that are not there yet; a `DamageError` where the two are not the same history.

    Whatever the database has was in the file first: where it has more lines, the file was cut off.
    """
    lines = book.lines()
    if not lines:
        return
    query = sa.select(sa.func.max(LEDGER.c.number)).where(LEDGER.c.ledger == lines[0].ledger)
    newest = connection.execute(query).scalar_one() or 0
    if newest > len(lines):
        lines = book.lines()  # another process may have written since
    if newest > len(lines):
        said = f"the ledger {book.path} ends with line {len(lines)}, and the database has line {newest} of it"
        raise DamageError(f"{said}: it was cut off; nothing is delivered; runner verify looks closer")
    write_lines(connection, lines)


def _known(connection: sa.Connection, ledger: str, lines: Sequence[Line]) -> dict[int, str]:
    """The digests of those of the lines that are there, by number."""
    numbers = [line.number for line in lines]
    query = sa.select(LEDGER.c.number, LEDGER.c.sha256).where(
        LEDGER.c.ledger == ledger, LEDGER.c.number.between(min(numbers), max(numbers))
    )
    return {row.number: row.sha256 for row in connection.execute(query)}


def _insert(connection: sa.Connection, lines: Sequence[Line]) -> None:
    """Insert lines; another process may be at the same ones, and the first is as good as the second."""
    statement = insert(connection, LEDGER).on_conflict_do_nothing()
    for start in range(0, len(lines), AT_ONCE):
        connection.execute(statement, [_row(line) for line in lines[start : start + AT_ONCE]])


def _row(line: Line) -> dict[str, object]:
    facts = {"pipeline": line.pipeline, "run_id": line.run_id, "digest": line.digest, "who": line.who}
    return {
        "ledger": line.ledger,
        "number": line.number,
        "at": utc(line.at),
        "event": line.event.value,
        **facts,
        "line": line.text.decode(),
        "sha256": line.sha256,
    }
