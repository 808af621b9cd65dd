"""A reviewer's word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.errors import UsageError
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.promotion import seal, verdicts
from runner.promotion.seal import Sealed
from runner.settings import Settings
from runner.tables import database, ledger_rows
from runner.tables.run_rows import RunRow, write_run
from tests import results
from tests.runner import runs
from tests.runner.promotion.staged import finished, read, word


def sealed(settings: Settings, status: str = "succeeded") -> Sealed:
    """A run that has ended."""
    folder = results.run_folder(settings)
    runs.ended(settings, folder, status)
    return seal.check(Book.of(settings), folder)


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    """An installation on one machine."""
    return runs.settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")


def test_a_word_is_bound_to_the_digest(local: Settings) -> None:
    """The line of the ledger says who, of which state of which run, and why."""
    run, book = sealed(local), Book.of(local)
    line = verdicts.say(book, run, Event.APPROVED, "Ada", "right")
    assert (line.event, line.run_id, line.pipeline) == (Event.APPROVED, run.folder.name, "monthly")
    assert (line.digest, line.who, line.facts) == (run.digest, "Ada", {"why": "right"})
    assert verdicts.of_lines(book.of_run(run.folder.name)) == line


def test_saying_the_same_again_adds_nothing(local: Settings) -> None:
    """Another reason, another person or another word is a word of its own; the newest one counts."""
    run, book = sealed(local), Book.of(local)
    first = verdicts.say(book, run, Event.APPROVED, "Ada", "right")
    assert verdicts.say(book, run, Event.APPROVED, "Ada", "right") == first
    for event, who, why in (
        (Event.APPROVED, "Bob", "right"),
        (Event.REJECTED, "Bob", "October is missing"),
        (Event.APPROVED, "Ada", "right"),
    ):
        assert verdicts.say(book, run, event, who, why).number > first.number
    newest = verdicts.of_lines(book.of_run(run.folder.name))
    assert newest is not None
    assert (newest.event, newest.who) == (Event.APPROVED, "Ada")


def test_only_a_run_that_succeeded_is_approved(local: Settings) -> None:
    """Rejecting one that failed is no harm; a word without a reason is none."""
    failed, book = sealed(local, "failed"), Book.of(local)
    with pytest.raises(UsageError, match="is failed: only a run that succeeded"):
        verdicts.say(book, failed, Event.APPROVED, "Ada", "right")
    assert verdicts.say(book, failed, Event.REJECTED, "Ada", "wrong").event is Event.REJECTED
    with pytest.raises(UsageError, match="say why"):
        verdicts.say(book, failed, Event.REJECTED, "Ada", "  ")


def test_the_row_of_the_run_says_who_approved_it(engine: sa.Engine, settings: Settings) -> None:
    """By the newest word on the run as it is; a rejection, and a word on another state, take the name away."""
    run = finished(engine, settings, digest="d" * 64)
    named = []
    for day, (event, digest, who) in enumerate(
        [("approved", "e", "Eve"), ("approved", "d", "Ada"), ("rejected", "d", "Bob"), ("approved", "d", "Cleo")], 1
    ):
        word(engine, run, event, digest=digest * 64, at=datetime(2026, 1, day, tzinfo=UTC), who=who)
        named += read(engine, "SELECT approved_by FROM runs")
    assert named == [(None,), ("Ada",), (None,), ("Cleo",)]


def test_a_word_that_comes_before_the_run_counts(engine: sa.Engine, local: Settings) -> None:
    """Approved while the database was away: the line may come there before the row of the run does."""
    run, book = sealed(local), Book.of(local)
    verdicts.say(book, run, Event.APPROVED, "Ada", "right")
    database.transact(engine, lambda connection: ledger_rows.write_book(connection, book))
    row = runs.run_row(run.folder, status="succeeded", digest=run.digest)
    database.transact(engine, lambda connection: database_row(connection, row))
    assert read(engine, "SELECT approved_by FROM runs") == [("Ada",)]
    found = database.transact(engine, lambda connection: verdicts.newest(connection, run.folder.name))
    assert found is not None
    assert (found.event, found.who, found.void(run.digest), found.void("e" * 64)) == (
        Event.APPROVED,
        "Ada",
        False,
        True,
    )


def database_row(connection: sa.Connection, row: RunRow) -> None:
    """The run's row as it comes: under way first, then ended."""
    write_run(connection, row.model_copy(update={"status": "running", "digest": None}))
    write_run(connection, row)
