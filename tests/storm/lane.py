"""Processes of the runner, one after the other, most of them killed: runs, and `sync`, as cron would start them again.

    python -m tests.storm.lane FOLDER SEED KILLS      prints a JSON object for each process

Several lanes go along beside each other. Each is a fork of a process that has imported the runner, and forks one
process for each run, which spares the start of an interpreter.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from botocore.config import Config

from runner.stores import s3
from runner.tables import database
from tests.faults.stage import tell
from tests.storm import deaths, deeds, small, templates
from tests.storm.deaths import Death, Doom
from tests.storm.ground import HOSTS, LANES, PIPELINES, Ground

IMPATIENT = Config(connect_timeout=1, read_timeout=1)
"""A hung bucket costs a storm a second, not twenty."""
PATIENCE_S = 90.0
"""Nothing that the runner does may take longer, whatever the places do."""
ELSEWHERE = 0.15
"""Share of the runs in the other pipeline of the host, which another lane may be running."""
DEEDS = (16, 3, 1)
"""How often a run, a `sync` and a `rollback` are begun beside each other."""
MOST_TOLD = 3000
"""Lanes share a pipe, which keeps only short lines apart."""
Deed = Callable[[Ground, str, str, str], int]
"""What a process does, on a ground and a host, by its name, for a pipeline; its exit status."""
BROKE = 70
"""The exit status of a process that met an error that nobody expected."""


@dataclass(frozen=True)
class Lived:
    """What became of one process."""

    does: str
    pipeline: str
    killed: bool
    point: str
    """Where it was killed."""
    exit: int | None
    seconds: float
    fault: str | None = None


class Lane:
    """The processes of one lane."""

    def __init__(self, ground: Ground, host: str, pipeline: str, seed: int, deed: Deed) -> None:
        self.ground, self.host, self.pipeline, self.deed = ground, host, pipeline, deed
        self.random = random.Random(seed)
        self.usual: Counter[str] = Counter()
        self.seconds = 1.0
        self.said = os.memfd_create("said")

    def learn(self) -> Lived:
        """One run that nobody kills, to see what a run does and how long it takes."""
        lived = self._play(deeds.RUN, self.pipeline, Death())
        self.seconds = lived.seconds
        return lived

    def next(self) -> Lived:
        """One more process, with a death of its own."""
        does = self.random.choices((deeds.RUN, deeds.SYNC, deeds.ROLLBACK), DEEDS)[0]
        others = [name for name in HOSTS[self.host] if name != self.pipeline]
        pipeline = self.random.choice(others) if self.random.random() < ELSEWHERE else self.pipeline
        return self._play(does, pipeline, deaths.draw(self.random, self.usual, self.seconds))

    def _play(self, does: str, pipeline: str, death: Death) -> Lived:
        os.ftruncate(self.said, 0)
        os.lseek(self.said, 0, os.SEEK_SET)
        begun = time.monotonic()
        process = self._fork(lambda: self.deed(self.ground, self.host, does, pipeline), death)
        status = _ended(process, begun + (PATIENCE_S if death.seconds is None else death.seconds))
        stuck = status is None and death.seconds is None
        if status is None:
            os.kill(process, signal.SIGKILL)
            status = os.waitpid(process, 0)[1]
        said = os.pread(self.said, 1 << 20, 0).decode()
        code = os.waitstatus_to_exitcode(status)
        if code == 0 and not self.usual and does == deeds.RUN:
            self.usual, said = Counter(json.loads(said)), ""
        killed = code == -signal.SIGKILL and not stuck
        return Lived(
            does,
            pipeline,
            killed,
            (said or "by the clock") if killed else "",
            None if code < 0 else code,
            round(time.monotonic() - begun, 3),
            f"it did not end within {PATIENCE_S} s" if stuck else said if code == BROKE else None,
        )

    def _fork(self, body: Callable[[], int], death: Death) -> int:
        pid = os.fork()
        if pid:
            return pid
        status = BROKE
        try:
            _die_with_the_parent()
            doom = Doom(death, self.ground.output(self.host), self.said)
            doom.await_it()
            status = body()
            if not self.usual:
                os.pwrite(self.said, json.dumps(doom.done).encode(), 0)
        except BaseException:  # noqa: BLE001 - it is told to the parent
            os.pwrite(self.said, traceback.format_exc()[-MOST_TOLD:].encode(), 0)
        finally:
            os._exit(status)


def _ended(process: int, deadline: float) -> int | None:
    """The status of a process that ends by itself; None where it goes on."""
    while time.monotonic() < deadline:
        pid, status = os.waitpid(process, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.002)
    return None


def main(folder: str, seed: int, kills: int) -> None:
    """Play all lanes with the runner."""
    ground = Ground.read(Path(folder))
    small.prepare(ground.pipelines, PIPELINES)
    small.replace_kernels(ground.notes, templates.make(ground.root / "blank"))
    s3.TIME_LIMITS = s3.TIME_LIMITS.merge(IMPATIENT)
    # The first client of a process, and its first engine, load what the forks then have.
    s3.s3_client(ground.endpoint)
    database.engine(ground.database_url).dispose()
    play(ground, seed, kills, deeds.do)


def play(ground: Ground, seed: int, kills: int, deed: Deed) -> None:
    """Play all lanes until so many processes were killed, each lane its share."""
    tempfile.tempdir = str(ground.root)
    gc.freeze()
    lanes = []
    for number, (host, pipeline) in enumerate(LANES):
        if (pid := os.fork()) == 0:
            _die_with_the_parent()
            _go_along(Lane(ground, host, pipeline, seed + number, deed), (kills + number) // len(LANES))
        lanes.append(pid)
    statuses = [os.waitpid(pid, 0)[1] for pid in lanes]
    if any(statuses):
        sys.exit("a lane broke off")


def _go_along(lane: Lane, kills: int) -> None:
    """Play one lane, as the process that does nothing else."""
    status = BROKE
    try:
        while (lived := lane.learn()).exit != 0:
            tell(json.dumps(asdict(lived)))
        tell(json.dumps(asdict(lived)))
        while kills > 0:
            lived = lane.next()
            kills -= lived.killed
            tell(json.dumps(asdict(lived)))
        status = 0
    except Exception:  # noqa: BLE001 - it is told
        traceback.print_exc()
    finally:
        os._exit(status)


def _die_with_the_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
