"""What a process of the storm does, as the commands do it: a run, `sync`, `rollback`."""

from __future__ import annotations

from runner.delivery import arrears, spool
from runner.delivery.places import Places
from runner.errors import LockedError, PlaceError, PreflightError, UsageError
from runner.promotion import aftermath
from runner.promotion.rollback import rollback
from runner.settings import Settings
from tests.storm import small
from tests.storm.ground import Ground

RUN, SYNC, ROLLBACK = "run", "sync", "rollback"
EXPECTED = (LockedError, PlaceError, PreflightError, UsageError)
"""What a storm does to a process that is not killed. There may be no run to go back to."""
REFUSED = 3
PENDING = 7


def do(ground: Ground, host: str, deed: str, pipeline: str) -> int:
    """Do it, and return the exit status; what a person is expected to meet is `REFUSED`."""
    settings = ground.settings(host)
    try:
        if deed == ROLLBACK:
            return _roll_back(settings, pipeline)
        pending = [one for one in spool.sync(settings) if one.completion.pending]
        if deed == SYNC:
            arrears.settle(settings)
            return PENDING if pending else 0
        return int(small.play(ground.pipelines / f"{pipeline}.yml", settings))
    except EXPECTED:
        return REFUSED


def _roll_back(settings: Settings, pipeline: str) -> int:
    places = Places(settings)
    try:
        rollback(places.database, pipeline, "storm", "a person's word")
        aftermath.settle(places, pipeline)
        return 0
    finally:
        places.close()
