"""What a section of `benchmarks.bench` hands over: one figure for each line of its table."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """A measured figure, what stands beside it, and what was aimed at."""

    what: str
    """What was done."""
    ours: float
    unit: str = "CPU s"
    beside: float | None = None
    """The same, done the way it is compared with."""
    against: str = ""
    """What that way is."""
    aim: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times as much the other way takes."""
        return None if self.beside is None or not self.ours else self.beside / self.ours


@dataclass(frozen=True)
class Spent:
    """What a program took: by the clock, and of the processor, with all that it started and waited for."""

    seconds: float
    cpu: float
    output: str


def spent(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Spent:
    """Run a program of its own to its end. One that fails is an error: a figure of a failure is none."""
    before, clock = _children(), time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - clock
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: exit status {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
    return Spent(seconds, _children() - before, done.stdout)


def median(what: Callable[[], float], times: int = 5) -> float:
    """The median of several goes; the first, which warms the caches of the disk, does not count."""
    what()
    return statistics.median(what() for _ in range(times))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
