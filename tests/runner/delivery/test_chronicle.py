"""Promotions whose line a crash has kept from the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.delivery import chronicle
from runner.delivery.places import Places
from runner.delivery.spool import Spool
from runner.ledger.book import Book
from runner.promotion.rollback import rollback
from runner.settings import Settings
from tests import results
from tests.runner.delivery.test_spool import as_step, ask
from tests.runner.runs import ended, run_row, settings


def delivered(places: Settings, monkeypatch: pytest.MonkeyPatch, hour: int = 4) -> str:
    folder = results.run_folder(places)
    with Spool(places, run_row(folder, hour=hour), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        ended(places, folder, hour=hour)
        spool.complete()
    return folder.name


def test_each_promotion_gets_its_line_once(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, with number, person, reason and digest; another host's ledger says nothing of it."""
    here, there = (settings(tmp_path / host, database_url) for host in ("here", "there"))
    first, second = delivered(here, monkeypatch), delivered(here, monkeypatch, hour=5)
    places, book = Places(here), Book.of(here)
    assert rollback(places.database, "monthly", "Ada", "counted twice").promoted
    (line,) = chronicle.complete(places.database, book)
    assert (line.event, line.run_id, line.who) == ("rolled_back", first, "Ada")
    assert line.facts == {"promotion": 3, "previous": second, "note": "counted twice"}
    assert line.digest == next(one.digest for one in book.of_run(first) if one.event == "finished")
    assert chronicle.complete(places.database, book) == []
    ends = [(one.event, one.facts.get("promotion")) for one in book.lines() if "promotion" in one.facts]
    assert ends == [("promoted", 1), ("promoted", 2), ("rolled_back", 3)]
    assert chronicle.complete(places.database, Book.of(there)) == []
    places.close()
