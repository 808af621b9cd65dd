"""A reviewer's word and what follows from it: into the ledger, into the database, and live where nothing else waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runner.delivery import anchors, endings, state
from runner.delivery.places import Places
from runner.errors import PlaceError
from runner.ledger.line import Event, Line
from runner.ledger.reconcile import reconcile
from runner.promotion import aftermath, seal, verdicts
from runner.promotion.promote import Promotion, promote
from runner.promotion.seal import Sealed


@dataclass(frozen=True)
class Said:
    """What came of a word."""

    line: Line
    """The ledger's line."""
    promotion: Promotion | None
    """What became of going live, where it was the time."""
    pending: str | None
    """Why a place does not know of the word yet, if so."""


def speak(places: Places, folder: Path, event: Event, who: str, why: str) -> Said:
    """Write the word on a run into the ledger and bring it to the database; one that waited for it goes live.

    Raises a `RunnerError` where nothing was said: the run was altered, is under way, or did not succeed.
    """
    reconcile(places.settings, places.book)
    run = seal.check(places.book, folder)
    line = verdicts.say(places.book, run, event, who, why)
    return _followed(places, run, line)


def _followed(places: Places, run: Sealed, line: Line) -> Said:
    promotion = None
    try:
        aftermath.publish_lines(places)
        if line.event is Event.APPROVED and _waited(places, run):
            pipeline = run.manifest["pipeline"]
            promotion = promote(places.database, run.folder.name, pipeline, line.who, policy=run.policy)
            aftermath.settle(places, pipeline)
        anchors.of_run(places.store, places.book, run.folder.name)
    except PlaceError as fault:
        return Said(line, promotion, str(fault))
    return Said(line, promotion, None)


def _waited(places: Places, run: Sealed) -> bool:
    """Whether the run is delivered, and would have gone live by itself but for the approval."""
    delivered = not state.file_of(state.folder_of(places.settings.output, run.folder.name)).exists()
    by_itself = run.policy.promote == "automatic" and "repeated" not in (run.manifest["parent"] or {})
    return delivered and by_itself and run.policy.approval == "required" and endings.is_whole(run.manifest)
