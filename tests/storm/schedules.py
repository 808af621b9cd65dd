"""Thousands of processes that die at a chosen call, with places that fail at a chosen call: seeded schedules.

    python -m tests.storm.schedules SEED SCHEDULES [PLANTED BUG]      prints a JSON object for each schedule

A schedule is an installation of its own, in which some processes follow one another; at some calls another host does
something to its end meanwhile. After each process a reader must not meet anything mixed or half; in the end what is
left is delivered by places that are well, and judged. The same seed plays the same schedule.
"""

from __future__ import annotations

import functools
import gc
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.delivery import places, spool
from runner.tables import database
from tests.faults.stage import tell
from tests.storm import deeds, planted, small, templates
from tests.storm.deaths import Death
from tests.storm.effects import replace
from tests.storm.schedule import WELL, Schedule

MEMORY = Path("/dev/shm")


def learn(folder: Path) -> Counter[str]:
    """What a run does that nobody disturbs; `folder` gets an empty database with all tables."""
    empty = folder / "empty.db"
    engine = database.engine(f"sqlite:///{empty}")
    database.migrate(engine)
    engine.dispose()
    hasten()
    for process in (Schedule.here, Schedule.process):  # the first one only warms up
        with installed(folder) as root:
            schedule = Schedule(root, empty, Counter(), 0)
            if process(schedule, "a", deeds.RUN, "north", Death(), WELL):
                raise RuntimeError(f"a run that nobody disturbs fails: {schedule.played}")
    gc.collect()
    gc.freeze()
    return schedule.played.happened


@contextmanager
def installed(folder: Path) -> Iterator[Path]:
    """The place of a schedule: the same each time, so that what SQLAlchemy has prepared for it can be used again."""
    root = folder / "ground"
    root.mkdir()
    try:
        yield root
    finally:
        shutil.rmtree(root)


def hasten() -> None:
    """Let nothing wait, or be made twice: places that are simulated fail at once, and come back at once."""
    sleep = time.sleep
    replace(time, "sleep", lambda seconds: sleep(min(seconds, 0.001)))
    spool.LOOK_EVERY_S = 0.001
    places.UPLOADS_AT_ONCE = 1  # beside each other they would come in another order each time
    replace(database, "engine", functools.cache(database.engine))
    replace(database, "migrate", lambda engine: None)  # the tables are there


def main(seed: int, schedules: int, bug: str = "") -> None:
    """Play the schedules, one after the other."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="storm-") as name:
        folder = Path(name)
        small.replace_kernels(folder / "ground" / "notes.jsonl", templates.make(folder / "blank"))
        usual = learn(folder)
        if bug:
            planted.BUGS[bug]()
        for number in range(schedules):
            with installed(folder) as root:
                played = Schedule(root, folder / "empty.db", usual, seed + number).play()
            tell(json.dumps(vars(played)))
            if bug and played.found:
                break


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
