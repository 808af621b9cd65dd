"""What follows a promotion: the ledger's line, its copy in the database, and `current.json`.

All of it can be repeated, and is made up for by `runner sync` where a place was away.
"""

from __future__ import annotations

from runner.delivery import anchors, chronicle
from runner.delivery.places import Places
from runner.promotion import pointer
from runner.tables import database, ledger_rows


def settle(places: Places, pipeline: str) -> None:
    """Have the ledger tell of every promotion, the database and the bucket have every line, and the files follow."""
    told = chronicle.complete(places.database, places.book)
    publish_lines(places)
    pointer.follow(places, pipeline)
    for run_id in dict.fromkeys(line.run_id for line in told if line.run_id):
        anchors.of_run(places.store, places.book, run_id)


def publish_lines(places: Places) -> None:
    """Let the database have the ledger's lines that it misses."""
    database.transact(places.database, lambda connection: ledger_rows.write_book(connection, places.book))
