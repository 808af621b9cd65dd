"""The budget: how many CPUs and how much memory steps may take together, and whether one more may begin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_GROUPS = Path("/sys/fs/cgroup")
_CPU_FILES = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))
"""Where a control group says how much CPU time it may take, and in which time: version 2 and 1."""
_MEMORY_FILES = ("memory.max", "memory/memory.limit_in_bytes")
ROOM_TO_GROW = 1.25
"""So much more memory than in its last run a step is taken to need."""


@dataclass(frozen=True)
class Need:
    """What one step takes while it runs."""

    cpus: int
    memory_bytes: int
    seconds: float = 0.0
    """How long it took the last time; 0 where nobody knows."""


@dataclass(frozen=True)
class Share:
    """What a step takes of the CPUs."""

    threads: int
    """Threads of the numerical libraries, on which the last digits of a sum may depend."""
    pool: int
    """Pieces of work that do not depend on each other, done at once by who takes every CPU for theirs."""


@dataclass
class Budget:
    """What there is, and what the steps under way have taken of it. Used by one thread."""

    cpus: int
    memory_bytes: int
    _taken: list[Need] = field(default_factory=list)

    @classmethod
    def of_host(cls, groups: Path = _GROUPS) -> Budget:
        """What this process may use: the host's, or less where its control group allows less."""
        cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(min(cpus, _cpus_of(groups) or cpus), min([psutil.virtual_memory().total, *_memory_of(groups)]))

    def admits(self, need: Need) -> bool:
        """Whether a step with that need may begin: it fits, or it would be alone."""
        cpus = need.cpus + sum(one.cpus for one in self._taken)
        memory = need.memory_bytes + sum(one.memory_bytes for one in self._taken)
        return not self._taken or (cpus <= self.cpus and memory <= self.memory_bytes)

    def take(self, need: Need) -> None:
        """A step with that need begins."""
        self._taken.append(need)

    def give_back(self, need: Need) -> None:
        """A step with that need is over."""
        self._taken.remove(need)

    def share(self, asked: int | None, at_once: int, environment: Mapping[str, str]) -> Share:
        """What a step takes of the CPUs, where it is one of `at_once` steps that may run at the same time.

        What a step asks for it gets, and counts with. Otherwise it may work on an equal share of the CPUs; what the
        environment says of the numerical libraries is cut to that.
        """
        if asked is not None:
            return Share(asked, asked)
        told = environment.get("OMP_NUM_THREADS", "")
        wanted = int(told) if told.isdecimal() and int(told) else 1
        equal = max(self.cpus // at_once, 1)
        return Share(min(wanted, equal), equal)

    def memory(self, limit: int | None, peak: int | None, workers: int) -> int:
        """How much memory a step is taken to need: its own limit, what it took last time, or an equal share."""
        if limit is not None:
            return limit
        return int(peak * ROOM_TO_GROW) if peak else self.memory_bytes // workers


def _cpus_of(groups: Path) -> int | None:
    for names in _CPU_FILES:
        words = " ".join(_read(groups / name) for name in names).split()
        if len(words) == 2 and all(word.isdecimal() for word in words) and int(words[1]):  # else "max", or -1
            return max(int(words[0]) // int(words[1]), 1)
    return None


def _memory_of(groups: Path) -> list[int]:
    """The limits that there are; without one, version 2 says `max` and version 1 a number beyond all memory."""
    told = [_read(groups / name).strip() for name in _MEMORY_FILES]
    return [int(text) for text in told if text.isdecimal()]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
