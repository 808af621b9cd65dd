"""A person's word that a run is to stay."""

from __future__ import annotations

import pytest

from runner.errors import UsageError
from runner.keeping import pins
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records import archive, digests
from runner.settings import Settings
from tests.runner.keeping.archives import a_run, begun


def test_a_pin_is_a_line_with_the_digest(settings: Settings) -> None:
    """Who, why, and which run exactly."""
    folder = a_run(settings)
    line = pins.pin(Book.of(settings), folder, "ada", "the accounts")
    assert (line.event, line.run_id, line.pipeline, line.who) == (Event.PINNED, folder.name, "small", "ada")
    assert line.digest == digests.of_file(folder / archive.MANIFEST)
    assert line.facts["why"] == "the accounts"


def test_saying_it_again_adds_nothing(settings: Settings) -> None:
    """Unless there is another reason to tell."""
    folder, book = a_run(settings), Book.of(settings)
    first = pins.pin(book, folder, "ada", "the accounts")
    assert pins.pin(book, folder, "grace") == first
    assert pins.pin(book, folder, "grace", "the accounts") == first
    assert pins.pin(book, folder, "grace", "a lawsuit").number == first.number + 1


def test_off_and_on_again(settings: Settings) -> None:
    """The newest word counts."""
    folder, book = a_run(settings), Book.of(settings)
    assert pins.unpin(book, folder, "ada") is None
    pins.pin(book, folder, "ada")
    line = pins.unpin(book, folder, "grace", "the case is closed")
    assert line is not None
    assert (line.event, line.facts["why"]) == (Event.UNPINNED, "the case is closed")
    assert pins.unpin(book, folder, "grace") is None
    assert pins.pin(book, folder, "ada").event is Event.PINNED


def test_a_run_under_way_can_be_pinned(settings: Settings) -> None:
    """It has no digest yet."""
    assert pins.pin(Book.of(settings), begun(settings), None).digest is None


def test_a_run_that_is_being_removed_cannot_be_kept(settings: Settings) -> None:
    """Its line says that it went; a pin after it would promise what is not so."""
    folder, book = a_run(settings), Book.of(settings)
    book.append(Event.PRUNED, pipeline="small", run_id=folder.name, who="cron")
    with pytest.raises(UsageError, match="was pruned by cron"):
        pins.pin(book, folder, "ada")
