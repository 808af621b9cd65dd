"""A storm of real processes and real servers, and what is left of it when the sky is clear again."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from tests.faults.stage import CHECKOUT
from tests.servers import AWS, Server, make_bucket
from tests.storm.bucket import S3Bucket
from tests.storm.ground import HOSTS, LANES, Ground
from tests.storm.judge import Judge, Verdict
from tests.storm.weather import Weather

CALM_S = 100.0
"""So long what is left may take to be delivered once the places are well."""
PENDING = 7


@dataclass
class Storm:
    """What was seen of a storm."""

    seed: int
    seconds: float = 0.0
    lived: list[dict[str, Any]] = field(default_factory=list)
    """Each process, as `lane.Lived` tells of it."""
    weather: Counter[str] = field(default_factory=Counter)
    line: Counter[str] = field(default_factory=Counter)
    """What became of the requests to the bucket."""
    read: Counter[str] = field(default_factory=Counter)
    mixed: list[str] = field(default_factory=list)
    """What a reader met meanwhile that must not be."""
    commands: list[str] = field(default_factory=list)
    """What `runner sync` and `runner verify` said afterwards, where they did not say that all is well."""
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(one["killed"] for one in self.lived)

    @property
    def stops(self) -> int:
        """How often the database server went down hard."""
        return self.weather["database stopped"] + self.weather["postmaster killed"]

    @property
    def broken(self) -> list[str]:
        """Errors that nobody expected, in processes that were not killed."""
        return [f"{one['does']} {one['pipeline']}: {one['fault']}" for one in self.lived if one["fault"]]

    def __str__(self) -> str:
        points = {one["point"] for one in self.lived if one["killed"]}
        wrong = {kind: times for kind, times in self.line.items() if kind != "requests"}
        return (
            f"STORM_SEED={self.seed}: {len(self.lived)} processes, {self.kills} killed at {len(points)} named points "
            f"and by the clock, {self.stops} hard stops of the database, {sum(wrong.values())} of "
            f"{self.line['requests']} requests gone wrong {wrong}, in {self.seconds:.0f} s; "
            f"runs {dict(self.verdict.statuses)}; read {dict(self.read)}, mixed {len(self.mixed)}; {self.verdict}"
        )


def rage(root: Path, postgres: Server, database_url: str, s3_port: int, s3: Any, *, seed: int, kills: int) -> Storm:
    """Let it storm until so many processes were killed; then deliver what is left, and judge."""
    storm, begun = Storm(seed), time.monotonic()
    name = f"storm-{uuid4().hex[:12]}"
    make_bucket(s3, name)
    with bad_line(s3_port, seed) as (line, port):
        ground = Ground(root, database_url, name, f"http://127.0.0.1:{port}").make()
        weather = Weather(random.Random(seed), postgres, line)
        with reading(ground, f"http://127.0.0.1:{s3_port}", storm):
            play(ground, weather, storm, kills)
            storm.commands = [*_calm(ground, "sync", CALM_S), *_calm(ground, "verify", 0)]
        storm.weather = weather.happened
        storm.line = Counter(json.loads(line.communicate()[0]))
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        storm.verdict = Judge(ground, S3Bucket(s3, name), connection).verdict()
    storm.seconds = time.monotonic() - begun
    return storm


@contextmanager
def bad_line(s3_port: int, seed: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The bad line to the bucket, and its port."""
    with python("tests.storm.proxy", str(s3_port), str(seed), stdin=subprocess.PIPE) as line:
        try:
            assert line.stdout is not None
            yield line, int(line.stdout.readline())
        finally:
            line.kill()


@contextmanager
def reading(ground: Ground, endpoint: str, storm: Storm) -> Iterator[None]:
    """Somebody who reads as long as the context lasts."""
    with python("tests.storm.reader", str(ground.root), endpoint, stdin=subprocess.PIPE) as reader:
        try:
            yield
            seen = json.loads(reader.communicate("")[0])
            storm.read, storm.mixed = Counter(seen["read"]), seen["faults"]
        finally:
            reader.kill()


def play(ground: Ground, weather: Weather, storm: Storm, kills: int, lanes: str = "tests.storm.lane") -> None:
    """All lanes, and the weather as soon as each has seen what a run does when the sky is clear."""
    with python(lanes, str(ground.root), str(storm.seed), str(kills)) as playing:
        try:
            listener = threading.Thread(target=_listen, args=(playing, storm))
            listener.start()
            while len(storm.lived) < len(LANES) and playing.poll() is None:
                time.sleep(0.05)
            weather.rage(lambda: playing.poll() is not None)
            listener.join()
        finally:
            playing.kill()
        assert not playing.returncode, "a lane broke off; what it says stands above"


def _listen(lanes: subprocess.Popen[str], storm: Storm) -> None:
    for line in lanes.stdout or ():
        storm.lived.append(json.loads(line))


def _calm(ground: Ground, command: str, seconds: float) -> Iterator[str]:
    """A command on each host until it says that all is well; else what it said at last."""
    for host in HOSTS:
        ends = time.monotonic() + seconds
        while True:
            done = subprocess.run(
                [sys.executable, "-m", "runner", command],
                cwd=CHECKOUT,
                env=ground.environment(host) | AWS,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                break
            if done.returncode != PENDING or time.monotonic() > ends:
                yield f"runner {command} on {host} exits with {done.returncode}: {done.stdout}{done.stderr}"
                break


def python(module: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """A module as a process of its own, whose output is read."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", module, *arguments]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, **options)
