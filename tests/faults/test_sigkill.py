"""SIGKILL of the runner at random moments, in runs with 20 MB of output, while somebody reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest

from tests.faults.stage import CHECKOUT, GONE_WITHIN_S, Stage, tell

LANES = 3
"""Runs beside each other; each waits for a part of its time."""


@dataclass
class Sweep:
    """What was seen in all rounds."""

    rounds: list[dict[str, Any]]
    watched: dict[str, Any]


@pytest.fixture(scope="module")
def sweep(rounds: int) -> Sweep:
    """All rounds; the seed is printed, or taken from `FAULTS_SEED`."""
    seed = int(os.environ.get("FAULTS_SEED", int.from_bytes(os.urandom(3), "big")))
    begun = monotonic()
    with ExitStack() as stack:
        stages = [stack.enter_context(closing(Stage.open())) for _ in range(LANES)]
        folders = [str(stage.root) for stage in stages]
        watcher = stack.enter_context(_python("tests.faults.watcher", *folders, stdin=subprocess.PIPE))
        shares = [(rounds + lane) // LANES for lane in range(LANES)]
        lanes = [
            stack.enter_context(_python("tests.faults.lane", folder, str(seed + lane), str(share)))
            for lane, (folder, share) in enumerate(zip(folders, shares, strict=True))
        ]
        for process in (*lanes, watcher):
            stack.callback(process.kill)
        said = [lane.communicate()[0] for lane in lanes]
        watched = json.loads(watcher.communicate(b"")[0])
        assert not any(lane.returncode for lane in lanes), "a lane broke off; what it says stands above"
    seen = [json.loads(line) for text in said for line in text.splitlines()]
    statuses = dict(Counter(one["status"] for one in seen))
    copies = dict(Counter(one["copy"] for one in seen))
    slowest = max((GONE_WITHIN_S if one["gone"] is None else one["gone"] for one in seen), default=0.0)
    tell(
        f"FAULTS_SEED={seed}: {len(seen)} rounds in {monotonic() - begun:.0f} s, runs {statuses}, copies {copies}; "
        f"the slowest process was gone after {slowest:.2f} s; read {watched['read']}, torn {len(watched['torn'])}"
    )
    return Sweep(seen, watched)


def _python(module: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=CHECKOUT, stdout=subprocess.PIPE, **options)


def test_every_record_is_readable_and_true(sweep: Sweep, rounds: int) -> None:
    """After each kill the record can be read, says what happened, and no copy or journal is half."""
    assert len(sweep.rounds) == rounds
    faults = [one for one in sweep.rounds if one["faults"]]
    assert not faults
    assert any(one["status"] == "lost" for one in sweep.rounds)


def test_no_process_is_left(sweep: Sweep) -> None:
    """Two seconds after each kill nothing is left of what the run had started."""
    assert not [one for one in sweep.rounds if one["gone"] is None]


def test_a_reader_never_met_a_torn_file(sweep: Sweep) -> None:
    """Who reads all the while meets records, copies and journals that are whole."""
    assert sweep.watched["read"][".json"] > len(sweep.rounds)
    assert sweep.watched["read"][".ipynb"]
    assert not sweep.watched["torn"]
