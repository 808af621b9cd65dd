"""How many CPUs and how much memory there are, and what steps take of it."""

import os
from pathlib import Path

import psutil
import pytest

from runner.crew.budget import Budget, Need, Share

GIB = 2**30


@pytest.mark.parametrize(
    ("files", "cpus", "memory"),
    [
        ({"cpu.max": "150000 100000\n", "memory.max": f"{GIB}\n"}, 1, GIB),
        (
            {
                "cpu/cpu.cfs_quota_us": "100000\n",
                "cpu/cpu.cfs_period_us": "100000\n",
                "memory/memory.limit_in_bytes": f"{GIB}",
            },
            1,
            GIB,
        ),
        ({"cpu.max": "max 100000\n", "memory.max": "max\n"}, None, None),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "memory/memory.limit_in_bytes": "9223372036854771712\n"}, None, None),
        ({}, None, None),
    ],
    ids=["version 2", "version 1", "no limit", "no limit in version 1", "no groups"],
)
def test_a_control_group_counts(tmp_path: Path, files: dict[str, str], cpus: int | None, memory: int | None) -> None:
    """In a container its limits are the budget, in both versions of control groups; else what the host has."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = Budget.of_host(tmp_path)
    assert found.cpus == (cpus or len(os.sched_getaffinity(0)))
    assert found.memory_bytes == (memory or psutil.virtual_memory().total)


def test_what_is_given_back_can_be_taken_again() -> None:
    """A step fits beside another as long as both stay in the budget."""
    budget, half = Budget(2, 100), Need(1, 60)
    assert budget.admits(Need(8, 1000))
    budget.take(half)
    assert not budget.admits(half)
    assert budget.admits(Need(1, 40))
    assert not budget.admits(Need(2, 1))
    budget.give_back(half)
    assert budget.admits(half)


@pytest.mark.parametrize(
    ("asked", "at_once", "told", "share"),
    [
        (None, 2, None, Share(1, 2)),
        (None, 2, "8", Share(2, 2)),
        (None, 8, "8", Share(1, 1)),
        (3, 2, "8", Share(3, 3)),
        (None, 2, "many", Share(1, 2)),
        (None, 1, "8", Share(4, 4)),
    ],
)
def test_cpus_are_divided(asked: int | None, at_once: int, told: str | None, share: Share) -> None:
    """Independent work takes an equal share of four CPUs, libraries what they are told of it, unless more is asked."""
    environment = {} if told is None else {"OMP_NUM_THREADS": told}
    assert Budget(4, GIB).share(asked, at_once, environment) == share


def test_memory_is_what_it_was_the_last_time() -> None:
    """A limit counts before what was measured, and that before an equal share."""
    budget = Budget(4, 1000)
    assert budget.memory(300, 100, 4) == 300
    assert budget.memory(None, 100, 4) == 125
    assert budget.memory(None, None, 4) == 250
