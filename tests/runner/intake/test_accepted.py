"""The accepted run before this one as an input."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.intake import accepted
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records import digests
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from tests.runner.runs import ended, settings

NOTHING = hashlib.sha256(b"").hexdigest()


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    return settings(tmp_path, "sqlite://")


def run(places: Settings, day: date, *, tables: bool = True) -> str:
    """A run of `monthly` for a day, over and with a table."""
    folder = places.output / "monthly" / new_run_id()
    (folder / "tables").mkdir(parents=True)
    if tables:
        (folder / "tables" / "labels.parquet").write_text(folder.name)
    else:
        (folder / "tables").rmdir()
    ended(places, folder, logical_date=day)
    return folder.name


def tell(places: Settings, event: Event, run_id: str, pipeline: str = "monthly") -> None:
    """Let the ledger say that a run went live, or is so again."""
    Book.of(places).append(event, pipeline=pipeline, run_id=run_id)


def test_the_newest_that_went_live_for_an_earlier_day(places: Settings) -> None:
    """Neither one for the same day, nor one that never went live, nor another pipeline's."""
    old, new, same, staged = (run(places, date(2026, month, 15)) for month in (1, 2, 3, 2))
    for one in (old, new, same):
        tell(places, Event.PROMOTED, one)
    tell(places, Event.PROMOTED, staged, "weekly")
    found = accepted.find("monthly", date(2026, 3, 15), places)
    tables = places.output / "monthly" / new / "tables"
    assert (found.version, found.injected, found.sha256) == (new, str(tables), digests.of_folder(tables))
    assert found.bytes == len(new)


def test_none_that_was_taken_back(places: Settings) -> None:
    """After a rollback the run before is the accepted one again, and a later promotion counts from there."""
    old, bad, good = (run(places, date(2026, month, 15)) for month in (1, 2, 2))
    for event, one in ((Event.PROMOTED, old), (Event.PROMOTED, bad), (Event.ROLLED_BACK, old)):
        tell(places, event, one)
    assert accepted.find("monthly", date(2026, 3, 15), places).version == old
    tell(places, Event.PROMOTED, good)
    assert accepted.find("monthly", date(2026, 3, 15), places).version == good


def test_one_without_tables_is_passed_over(places: Settings) -> None:
    """What was pruned, or handed on nothing, cannot be compared with."""
    old, bare = run(places, date(2026, 1, 15)), run(places, date(2026, 2, 15), tables=False)
    tell(places, Event.PROMOTED, old)
    tell(places, Event.PROMOTED, bare)
    assert accepted.find("monthly", date(2026, 3, 15), places).version == old


def test_without_one_the_parameter_gets_none(places: Settings) -> None:
    """There is no ledger yet; nothing has a digest too, so that an equal run after it finds equal work."""
    found = accepted.find("monthly", date(2026, 3, 15), places)
    assert (found.injected, found.sha256, found.version) == (None, NOTHING, None)


def test_a_broken_ledger_is_said(places: Settings) -> None:
    """What went live is not guessed."""
    tell(places, Event.PROMOTED, run(places, date(2026, 1, 15)))
    book = Book.of(places)
    book.path.write_bytes(book.path.read_bytes().replace(b'"number"', b'"numbed"'))
    with pytest.raises(InputError, match=r"run:accepted: .*runner verify looks closer"):
        accepted.find("monthly", date(2026, 3, 15), places)
