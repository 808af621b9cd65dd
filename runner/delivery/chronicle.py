"""What the database did and the ledger does not tell yet: promotions whose line a crash has kept from being written."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from runner.ledger.book import Book
from runner.ledger.line import Event, Line
from runner.promotion.promote import PROMOTIONS
from runner.tables.database import transact

_EVENTS = {"promoted": Event.PROMOTED, "rolled_back": Event.ROLLED_BACK}
_DIGESTED = (Event.FINISHED, Event.ADOPTED)


def complete(engine: sa.Engine, book: Book) -> list[Line]:
    """Append a line for each promotion of a run of this ledger that has none, in their order; the lines appended.

    A database may be shared by several hosts: what became of the others' runs, their own ledgers tell.
    """
    lines = book.lines()
    digests = {line.run_id: line.digest for line in lines if line.event in _DIGESTED}
    told = {line.facts.get("promotion") for line in lines if line.event in _EVENTS.values()}
    rows = transact(engine, lambda connection: connection.execute(sa.select(PROMOTIONS)).all())
    missing = [row for row in rows if row.run_id in digests and row.number not in told]
    return [_append(book, row, digests[row.run_id]) for row in sorted(missing, key=lambda row: int(row.number))]


def _append(book: Book, row: sa.Row[Any], digest: str | None) -> Line:
    facts = {"promotion": row.number, "previous": row.previous_run_id, "note": row.note}
    return book.append(
        _EVENTS[row.kind],
        pipeline=row.pipeline,
        run_id=row.run_id,
        digest=digest,
        who=row.by_whom,
        facts={name: value for name, value in facts.items() if value is not None},
        unless=lambda line: line.event in _EVENTS.values() and line.facts.get("promotion") == row.number,
    )
