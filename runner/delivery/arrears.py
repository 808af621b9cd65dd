"""Arrears: what is behind beside the deliveries of runs, since a place was away or a process was killed.

Promotions without their line, lines that the database or no anchor has, and files that do not point to what is current.
"""

from __future__ import annotations

from runner.delivery import anchors
from runner.delivery.places import Places
from runner.promotion import aftermath, rollback
from runner.settings import Settings
from runner.tables import database


def settle(settings: Settings) -> None:
    """Make up for all of it; a `PlaceError` where a place is still away. Without a ledger there is nothing to do."""
    places = Places(settings)
    try:
        if places.book.head() is None:
            return
        aftermath.publish_lines(places)
        for pipeline in database.transact(places.database, rollback.pipelines):
            aftermath.settle(places, pipeline)
        anchors.of_head(places.store, places.book)
    finally:
        places.close()
