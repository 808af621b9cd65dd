"""The run that a run is compared with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from sqlite3 import Connection

from runner.desk.catalogue import predecessors
from runner.desk.catalogue.index import Index
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.settings import Settings
from tests.runner.desk.archives import put, settings_in


def goes_live(settings: Settings, folder: Path, event: Event = Event.PROMOTED) -> None:
    Book.of(settings).append(event, pipeline=folder.parent.name, run_id=folder.name)


@contextmanager
def asked(settings: Settings) -> Iterator[Connection]:
    index = Index(settings.output, settings.checkout / "index.sqlite")
    with index.asked() as connection:
        yield connection
    index.close()


def before(connection: Connection, folder: Path) -> tuple[str, bool] | None:
    found = predecessors.of(connection, folder.parent.name, folder.name)
    return None if found is None else (found.run_id, found.was_live)


def test_a_run_is_compared_with_what_was_live_before_it(tmp_path: Path) -> None:
    """With the run whose results it replaced, or would replace, though newer good ones stand between."""
    settings = settings_in(tmp_path)
    first, staged, second, failed, third, next_one = (
        put(settings, status=status, logical_date=date(2026, month, 15))
        for month, status in enumerate(("succeeded", "succeeded", "succeeded", "failed", "succeeded", "succeeded"), 1)
    )
    for folder in (first, second, third):
        goes_live(settings, folder)
    goes_live(settings, second, Event.ROLLED_BACK)
    other = put(settings, pipeline="weekly")
    with asked(settings) as connection:
        assert before(connection, first) is before(connection, other) is None
        assert before(connection, staged) == before(connection, second) == (first.name, True)
        assert before(connection, failed) == before(connection, third) == (second.name, True)
        assert before(connection, next_one) == (second.name, True), "the rollback counts"
        earlier = predecessors.of_earlier_date(connection, "monthly", third.name)
        assert earlier is not None
        assert (earlier.run_id, earlier.logical_date) == (second.name, "2026-03-15")


def test_else_with_the_last_good_one(tmp_path: Path) -> None:
    """Of a pipeline that was never promoted, and where the folder of the run that was live is gone."""
    settings = settings_in(tmp_path)
    live, good, failed, last = (put(settings, status=one) for one in ("succeeded", "succeeded", "failed", "succeeded"))
    with asked(settings) as connection:
        assert before(connection, last) == before(connection, failed) == (good.name, False)
    goes_live(settings, live)
    goes_live(settings, last)
    shutil.rmtree(live)
    with asked(settings) as connection:
        assert before(connection, last) == (good.name, False)
