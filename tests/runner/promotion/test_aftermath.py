"""What follows a promotion."""

from __future__ import annotations

from pathlib import Path

from runner.delivery.places import Places
from runner.ledger.line import Event
from runner.promotion import aftermath
from runner.promotion.promote import Hand, promote
from tests.runner import runs
from tests.runner.promotion.staged import delivered


def test_the_ledger_tells_of_promotions(tmp_path: Path) -> None:
    """After a promotion by hand its line is there, refers to the number, and the database has it too."""
    settings = runs.settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")
    old, _ = delivered(settings, go_live=False)
    places = Places(settings)
    promote(places.database, old.name, "monthly", "Ada", hand=Hand())
    for _ in range(2):
        aftermath.settle(places, "monthly")
    lines = [line for line in places.book.of_run(old.name) if line.event is Event.PROMOTED]
    assert [(line.who, line.facts) for line in lines] == [("Ada", {"promotion": 1})]
    with places.database.connect() as connection:
        known = connection.exec_driver_sql("SELECT sha256 FROM ledger WHERE event = 'promoted'").scalars().all()
    assert known == [line.sha256 for line in lines]
