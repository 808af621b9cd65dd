"""A limit on silence: what is cut, what is not, and what the one who waited is told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from runner.tables import silence
from runner.tables.silence import Limit, SilenceError

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A connection and the far end of it."""
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def wait(near: socket.socket, *, after: float = 0) -> None:
    """Connect and wait for an answer, as a driver does that has no time limit; its end is an error."""
    time.sleep(after)
    silence.watch(near)
    if not near.recv(1):
        raise ConnectionError("closed")


def test_silence_ends_the_connection_and_the_wait(pair: Pair) -> None:
    """Who waits for an answer gets an error that says how long there was none."""
    began = time.perf_counter()
    with pytest.raises(SilenceError, match=r"it said nothing for 0\.2 s") as told, Limit(0.2):
        wait(pair[0])
    assert time.perf_counter() - began < 5
    assert isinstance(told.value.__cause__, ConnectionError)


def test_an_answer_in_time_changes_nothing(pair: Pair) -> None:
    """The connection is good afterwards, and stays so."""
    with Limit(0.2):
        pair[1].send(b"x")
        wait(pair[0])
    time.sleep(0.3)
    pair[1].send(b"x")
    wait(pair[0])


def test_signs_of_life_begin_the_count_again(pair: Pair) -> None:
    """What goes on for longer than the limit is not cut, as long as something is heard."""
    with Limit(0.3):
        silence.watch(pair[0])
        for _ in range(6):
            time.sleep(0.1)
            silence.heard()
        pair[1].send(b"x")
        wait(pair[0])


def test_a_connection_that_comes_too_late_is_cut_at_once(pair: Pair) -> None:
    """After the limit no new attempt begins."""
    with pytest.raises(SilenceError), Limit(0.05):
        wait(pair[0], after=0.2)


def test_other_errors_leave_as_they_are() -> None:
    """A fault that has nothing to do with silence is not renamed, and without a limit nothing is watched."""
    with pytest.raises(ZeroDivisionError), Limit(5):
        raise ZeroDivisionError
    silence.heard()
