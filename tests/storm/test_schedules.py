"""Thousands of processes that die, and places that fail, at chosen calls: the delivery stands, planted bugs do not."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.faults.stage import tell
from tests.storm import planted
from tests.storm.storm import python

AT_ONCE = 2
SEEDS = {"manifest first": 108, "taken for ours": 112, "pointer goes back": 136}
"""Planted bugs are looked for in the same schedules each time: from one on in which they show soon, else from 100."""
ENOUGH = 150
"""A planted bug is found in far fewer schedules."""


@pytest.fixture(scope="module")
def played(seed: int, schedules: int) -> list[dict[str, Any]]:
    """What was seen of each schedule; the sum is printed."""
    share = schedules // AT_ONCE
    playing = [python("tests.storm.schedules", str(seed + number * share), str(share)) for number in range(AT_ONCE)]
    said = [process.communicate()[0] for process in playing]
    assert not any(process.returncode for process in playing), "the schedules broke off; what they say stands above"
    seen = [json.loads(line) for text in said for line in text.splitlines()]
    wrong = sum((Counter(one["happened"]) for one in seen), Counter[str]())
    statuses = sum((Counter(one["statuses"]) for one in seen), Counter[str]())
    tell(
        f"STORM_SEED={seed}: {len(seen)} schedules of {sum(one['processes'] for one in seen)} processes, "
        f"{sum(one['killed'] for one in seen)} killed at {len(_points(seen))} named points, calls gone wrong or come "
        f"between: {dict(wrong)}; runs {dict(statuses)}"
    )
    return seen


def _points(seen: list[dict[str, Any]]) -> set[str]:
    return {point for one in seen for point in one["points"]}


def test_they_went_wrong_in_every_way(played: list[dict[str, Any]]) -> None:
    """Processes died at very many points, calls failed in all ways, and hosts came between each other."""
    happened = {kind for one in played for kind in one["happened"]}
    assert happened >= {"cut before", "cut after", "500 after", "409", "commit lost", "answer lost", "meanwhile"}
    assert len(_points(played)) > min(60, 2 * len(played))


@pytest.mark.parametrize("kind", ["lost", "doubled", "torn", "broken"])
def test_nothing_is_wrong_in_any_schedule(played: list[dict[str, Any]], kind: str) -> None:
    """After each of them, and for a reader in the middle of each, all is there, once, and whole."""
    assert not {one["seed"]: one[kind] for one in played if one[kind]}


@pytest.mark.parametrize("bug", planted.BUGS)
def test_a_planted_bug_is_found(bug: str) -> None:
    """A storm that finds nothing proves something, because it finds what is there."""
    with python("tests.storm.schedules", str(SEEDS.get(bug, 100)), str(ENOUGH), bug) as playing:
        seen = [json.loads(line) for line in playing.communicate()[0].splitlines()]
    found = [one[kind] for one in seen for kind in ("lost", "doubled", "torn") if one[kind]]
    tell(f"{bug}: found in {len(seen)} schedules: {found[0][0] if found else 'nothing'}")
    assert found
