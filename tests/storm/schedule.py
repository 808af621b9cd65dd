"""One schedule: an installation of its own, in which processes follow one another, die, and meet places that fail."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from runner.stores import store
from tests.storm import bucket, deaths, deeds, rows, simulated, small
from tests.storm.deaths import Death, Doom
from tests.storm.effects import replace
from tests.storm.ground import HOSTS, PIPELINES, PREFIX, Ground
from tests.storm.judge import Judge, Verdict
from tests.storm.simulated import DiskBucket, Fates, SimulatedS3

PROCESSES = 8
"""So many follow one another in a schedule."""
Shares = tuple[float, float]
"""Of the calls of one process, how many go wrong: to the bucket, to the database."""
BUCKET, DATABASE = (0.0, 0.1, 0.3, 0.5, 0.9), (0.0, 0.0, 0.05, 0.2, 0.5)
WELL: Shares = (0.0, 0.0)
DEEDS = ((deeds.RUN, 6), (deeds.SYNC, 3), (deeds.ROLLBACK, 1))
PATIENCE_S = 60.0
TAKEN = 0.08
"""Share of the schedules in which somebody else's object is in the way."""
TRIES = 12
"""So often `sync` may be asked for once the places are well."""
BROKE = 70


@dataclass
class Played:
    """What was seen of one schedule."""

    seed: int
    processes: int = 0
    killed: int = 0
    points: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    """What went wrong, or came between."""
    statuses: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def found(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.lost or self.doubled or self.torn or self.broken)


class Schedule:
    """One installation, and the processes that are played in it."""

    def __init__(self, root: Path, empty: Path, usual: Counter[str], seed: int) -> None:
        shutil.copy(empty, root / "insiders.db")
        self.ground = Ground(root, f"sqlite:///{root}/insiders.db", "simulated", "http://simulated").make()
        small.prepare(self.ground.pipelines, PIPELINES)
        self.bucket = DiskBucket(root / "bucket")
        self.bucket.folder.mkdir()
        self.usual, self.random, self.played = usual, random.Random(seed), Played(seed)
        self.foreign: frozenset[str] = frozenset()

    def take_a_place(self) -> None:
        """Put something else where a file of every run belongs: nothing of them may be said to be there."""
        key = bucket.object_key(small.ALIKE_SHA256)
        self.bucket.put(key, b"somebody else's")
        self.foreign = frozenset({key})

    def play(self) -> Played:
        """Play it, deliver what is left, and judge."""
        if self.random.random() < TAKEN:
            self.take_a_place()
        for _ in range(PROCESSES):
            self.next()
            self.played.torn += self._half()
        for host in HOSTS:
            for _ in range(TRIES):
                if self.process(host, deeds.SYNC, "", Death(), WELL, within=True) == 0:
                    break
        verdict = self.verdict()
        self.played.lost += verdict.lost
        self.played.doubled += verdict.doubled
        self.played.torn += [*verdict.torn, *self.bucket.gone_back()]
        self.played.statuses += verdict.statuses
        return self.played

    def next(self) -> None:
        """One more process, with a death and faults of its own."""
        host = self.random.choice(sorted(HOSTS))
        deed = self.random.choices([deed for deed, _ in DEEDS], [often for _, often in DEEDS])[0]
        death = deaths.draw(self.random, self.usual, 0.0, by_the_clock=0.0)
        self.process(
            host,
            deed,
            self.random.choice(HOSTS[host]),
            death,
            (self.random.choice(BUCKET), self.random.choice(DATABASE)),
        )

    def process(
        self, host: str, deed: str, pipeline: str, death: Death, shares: Shares, *, within: bool = False
    ) -> int:
        """Play one process to its end; its exit status, negative where it was killed."""
        chance = random.Random(self.random.getrandbits(32))
        said, asks, answers = os.memfd_create("said"), os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            fates = Fates(chance, *shares, lambda: _ask(asks[1], answers[0]) if not within else None)
            self._live(host, deed, pipeline, Doom(death, self.ground.output(host), said), fates)
        status = self._accompany(pid, asks[0], answers[1], host)
        told = os.pread(said, 1 << 20, 0).decode()
        for handle in (said, *asks, *answers):
            os.close(handle)
        self.played.processes += 1
        if status == -signal.SIGKILL:
            self.played.killed += 1
            self.played.points.append(told)
        elif status == BROKE:
            self.played.broken.append(f"{deed} {pipeline} on {host}: {told}")
        elif told:
            self.played.happened.update(json.loads(told))
        return status

    def here(self, host: str, deed: str, pipeline: str, _death: Death, shares: Shares) -> int:
        """Play it in this very process, which keeps what it has learned."""
        fates = Fates(self.random, *shares, lambda: None)
        replace(store, "s3_client", lambda *_: SimulatedS3(self.bucket, PREFIX, fates))
        return deeds.do(self.ground, host, deed, pipeline)

    def _accompany(self, pid: int, asks: int, answers: int, host: str) -> int:
        """Wait for a process, and let another host do something when it asks for that."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            if select.select([asks], [], [], 0.002)[0] and os.read(asks, 1):
                self._meanwhile(host)
                os.write(answers, b"!")
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.played.broken.append(f"a process on {host} did not end within {PATIENCE_S} s")
        return BROKE

    def _meanwhile(self, host: str) -> None:
        other = self.random.choice(sorted(set(HOSTS) - {host}))
        deed = self.random.choice((deeds.RUN, deeds.SYNC, deeds.ROLLBACK))
        self.process(other, deed, self.random.choice(HOSTS[other]), Death(), WELL, within=True)

    def _live(self, host: str, deed: str, pipeline: str, doom: Doom, fates: Fates) -> NoReturn:
        """Be the process."""
        status = BROKE
        try:
            fates.turn = doom.turn
            replace(store, "s3_client", lambda *_: SimulatedS3(self.bucket, PREFIX, fates))
            simulated.lose_answers(fates)
            doom.await_it()
            status = deeds.do(self.ground, host, deed, pipeline)
            os.pwrite(doom.said, json.dumps(fates.happened | ({} if self.usual else doom.done)).encode(), 0)
        except BaseException:  # noqa: BLE001 - it is told to the parent
            os.pwrite(doom.said, traceback.format_exc().encode(), 0)
        finally:
            os._exit(status)

    def _half(self) -> Iterator[str]:
        """What a reader meets at this moment that must not be."""
        with simulated.database(self.ground.database_url) as connection:
            yield from rows.torn(connection)
        yield from bucket.torn(self.bucket, Counter(self.bucket.keys()), self.foreign)

    def verdict(self) -> Verdict:
        """What is wrong in the end."""
        with simulated.database(self.ground.database_url) as connection:
            return Judge(self.ground, self.bucket, connection, self.foreign).verdict()


def _ask(asks: int, answers: int) -> None:
    os.write(asks, b"?")
    os.read(answers, 1)
