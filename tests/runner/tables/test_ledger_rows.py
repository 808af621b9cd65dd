"""The ledger's lines in the database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.errors import DamageError
from runner.ledger.book import Book
from runner.ledger.line import Event, Line
from runner.tables import database
from runner.tables.ledger_rows import LEDGER, write_book, write_lines


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.jsonl")
    for number in range(3):
        book.append(Event.STARTED, pipeline="monthly", run_id=f"run-{number}", facts={"half": "\ud800", "é": number})
    return book


def rows(engine: sa.Engine) -> list[tuple[int, str]]:
    with engine.connect() as connection:
        return [(row.number, row.line) for row in connection.execute(sa.select(LEDGER).order_by(LEDGER.c.number))]


def test_every_line_arrives_as_it_stands_in_the_file(engine: sa.Engine, book: Book) -> None:
    """With its number, its digest and its text; writing it again, or in pieces, changes nothing."""
    lines = book.lines()
    for some in (lines[2:], lines[:1], lines, lines):
        database.transact(engine, lambda connection, some=some: write_lines(connection, some))  # type: ignore[misc]
    assert rows(engine) == [(line.number, line.text.decode()) for line in lines]
    with engine.connect() as connection:
        row = connection.execute(sa.select(LEDGER).where(LEDGER.c.number == 2)).one()
    assert (row.ledger, row.event, row.pipeline, row.run_id) == (lines[1].ledger, "started", "monthly", "run-0")
    assert (row.sha256, row.who, row.at) == (lines[1].sha256, lines[1].who, lines[1].at.replace(tzinfo=None))


def test_another_line_of_that_number_is_damage(engine: sa.Engine, book: Book) -> None:
    """Nothing is written over it, nor beside it."""
    database.transact(engine, lambda connection: write_book(connection, book))
    forged = Book(book.path.with_name("forged.jsonl"))
    forged.path.write_bytes(b"\n".join(book.texts()[:2]) + b"\n")
    for _ in range(3):
        forged.append(Event.STARTED, pipeline="monthly", run_id="another")
    with pytest.raises(DamageError, match="line 3 of the ledger here is not the one"):
        database.transact(engine, lambda connection: write_book(connection, forged))
    assert rows(engine) == [(line.number, line.text.decode()) for line in book.lines()]


def test_a_ledger_that_was_cut_off_is_damage(engine: sa.Engine, book: Book) -> None:
    """What the database has was in the file once."""
    database.transact(engine, lambda connection: write_book(connection, book))
    book.path.write_bytes(b"\n".join(book.texts()[:2]) + b"\n")
    with pytest.raises(DamageError, match="ends with line 2, and the database has line 4 of it: it was cut off"):
        database.transact(engine, lambda connection: write_book(connection, book))


def test_ledgers_of_several_hosts_lie_side_by_side(engine: sa.Engine, book: Book, tmp_path: Path) -> None:
    """Each has its own numbers."""
    other = Book(tmp_path / "other" / "ledger.jsonl")
    other.path.parent.mkdir()
    other.append(Event.STARTED, run_id="run-9")
    lines: list[Line] = [*book.lines(), *other.lines()]
    database.transact(engine, lambda connection: write_lines(connection, lines))
    assert len(rows(engine)) == 4 + 2


def test_no_ledger_is_nothing_to_write(engine: sa.Engine, tmp_path: Path) -> None:
    """An installation whose first run is still to come."""
    database.transact(engine, lambda connection: write_book(connection, Book(tmp_path / "none.jsonl")))
    assert rows(engine) == []
