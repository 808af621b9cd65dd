"""Independent work in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from insiders.parallel import in_threads


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processors, whatever the machine has."""
    monkeypatch.setattr("joblib.parallel.cpu_count", lambda **_: 2)
    monkeypatch.setattr("joblib._parallel_backends.cpu_count", lambda **_: 2)


@pytest.mark.usefixtures("two")
def test_two_meet() -> None:
    """As many pieces are worked on at once as there are processors; what comes out has the order of what went in."""
    both = threading.Barrier(2, timeout=30)

    def squared(number: int) -> int:
        both.wait()
        return number**2

    assert in_threads(squared, range(6)) == [0, 1, 4, 9, 16, 25]


@pytest.mark.usefixtures("two")
def test_no_more_is_asked_for_than_is_worked_on() -> None:
    """What is made on the way is not all in memory at once."""
    asked, over, most = 0, 0, 0
    lock = threading.Lock()

    def large() -> Iterator[int]:
        nonlocal asked, most
        for number in range(20):
            with lock:
                asked, most = asked + 1, max(most, asked + 1 - over)
            yield number

    def worked(number: int) -> int:
        nonlocal over
        with lock:
            over += 1
        return number

    assert in_threads(worked, large()) == list(range(20))
    assert most <= 4


@pytest.mark.usefixtures("two")
def test_a_fault_is_raised() -> None:
    """The error of the piece that failed comes to the one who asked, as it is."""

    def halved(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        in_threads(halved, [1, 0, 2])
