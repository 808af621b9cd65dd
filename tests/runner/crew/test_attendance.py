"""A cluster without workers: said in time, once, and given up when none comes."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from runner.crew.attendance import Attendance
from runner.progress import Reporter

Look = Callable[[float], bool]


@pytest.fixture
def workers() -> list[int]:
    """How many workers there are."""
    return [1]


@pytest.fixture
def words() -> StringIO:
    """What was said."""
    return StringIO()


@pytest.fixture
def at(workers: list[int], words: StringIO, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Whether the cluster counts as deserted so many seconds after the run began."""
    clock = [0.0]
    monkeypatch.setattr("runner.crew.attendance.time.monotonic", lambda: clock[0])
    watched = Attendance(lambda: 1 // 0 if workers[0] < 0 else workers[0], Reporter(Console(file=words, width=200)))
    watched._there = 0.0

    def look(seconds: float) -> bool:
        clock[0] = seconds
        return watched.deserted()

    return look


def test_a_cluster_without_workers_is_told_once_and_given_up(at: Look, workers: list[int], words: StringIO) -> None:
    """After half a minute a person is told what to do, not again, and after a quarter of an hour it is over."""
    assert not at(10)
    workers[0] = 0
    assert not at(30)
    assert words.getvalue() == ""
    assert not at(60)
    assert not at(90)
    assert words.getvalue().count("the cluster has no worker: start one, or the run ends in 15 minutes") == 1
    assert not at(900)
    assert at(911)


def test_a_worker_that_comes_back_ends_the_wait(at: Look, workers: list[int], words: StringIO) -> None:
    """Time without workers counts from the last one that was seen, and a second gap is told anew."""
    workers[0] = 0
    assert not at(800)
    workers[0] = 1
    assert not at(850)
    workers[0] = 0
    assert not at(1700)
    assert words.getvalue().count("the cluster has no worker") == 2
    assert at(1751)


def test_a_scheduler_that_does_not_answer_is_no_cluster_without_workers(at: Look, workers: list[int]) -> None:
    """Who cannot ask for the workers does not give them up."""
    workers[0] = -1
    assert not at(5000)
