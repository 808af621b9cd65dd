"""Which step begins when."""

import threading
from collections.abc import Callable

import pytest

from runner.crew import dispatch
from runner.crew.budget import Budget, Need
from runner.records.record import StepRecord
from tests.runner.runs import a_step

STEPS = (a_step("a"), a_step("b"), a_step("c", needs=("a",)), a_step("d", needs=("b", "c")))


def work(
    steps: tuple[StepRecord, ...],
    perform: Callable[[StepRecord], None],
    *,
    workers: int = 2,
    cpus: int = 2,
    memory: int = 100,
    needs: dict[str, Need] | None = None,
) -> None:
    """Dispatch steps, each of which takes one CPU and a tenth of the memory unless `needs` says otherwise."""
    need = needs or {}
    dispatch.side_by_side(
        steps,
        perform,
        workers=workers,
        budget=Budget(cpus, memory),
        need=lambda step: need.get(step.name, Need(1, 10)),
    )


def test_a_step_is_alone_where_all_others_come_before_or_after_it() -> None:
    """Of a and b each may meet the other or c; d comes last; there are never more than workers."""
    assert [dispatch.at_once(one.name, STEPS, 8) for one in STEPS] == [2, 3, 2, 1]
    assert dispatch.at_once("b", STEPS, 2) == 2


def test_alone_they_come_in_their_order() -> None:
    """With one worker the order is that of the pipeline, in the thread that asks."""
    came: list[tuple[str, bool]] = []
    dispatch.in_turn(
        STEPS, lambda step: came.append((step.name, threading.current_thread() is threading.main_thread()))
    )
    assert came == [("a", True), ("b", True), ("c", True), ("d", True)]


def test_what_is_independent_runs_at_once() -> None:
    """Two steps that need nothing meet; a third begins only when what it needs is over."""
    both, over = threading.Barrier(2), list[str]()

    def perform(step: StepRecord) -> None:
        if step.name in ("a", "b"):
            both.wait(10)
        assert set(over) >= set(step.needs)
        over.append(step.name)

    work(STEPS, perform)
    assert sorted(over) == ["a", "b", "c", "d"]
    assert over[-1] == "d"


@pytest.mark.parametrize(
    ("cpus", "memory", "needs"),
    [(1, 100, {}), (4, 15, {}), (4, 100, {"a": Need(4, 10)}), (4, 100, {"b": Need(1, 95)})],
    ids=["CPUs", "memory", "threads", "a large one"],
)
def test_nothing_goes_beyond_the_budget(cpus: int, memory: int, needs: dict[str, Need]) -> None:
    """Where the budget has no room for two, the second waits; one that is larger than the budget runs alone."""
    under_way = threading.Semaphore(1)
    came = []

    def perform(step: StepRecord) -> None:
        assert under_way.acquire(blocking=False)
        came.append(step.name)
        threading.Event().wait(0.02)
        under_way.release()

    work((a_step("a"), a_step("b")), perform, cpus=cpus, memory=memory, needs=needs)
    assert came == ["a", "b"]


def test_a_large_step_is_not_overtaken() -> None:
    """A step that waits for room gets it before those that stand behind it, however small they are."""
    came, lock = list[str](), threading.Lock()

    def perform(step: StepRecord) -> None:
        with lock:
            came.append(step.name)
        threading.Event().wait(0.05)

    work((a_step("a"), a_step("large"), a_step("c")), perform, needs={"large": Need(2, 10)})
    assert came == ["a", "large", "c"]


def test_the_longest_begins_first() -> None:
    """Of those that could begin, the one that took longest the last time does; else the pipeline's order counts."""
    came = list[str]()
    needs = {"b": Need(2, 10, 30.0), "d": Need(2, 10, 60.0)}
    work(tuple(map(a_step, "abcd")), lambda step: came.append(step.name), needs=needs)
    assert came[:2] == ["d", "b"]
    assert sorted(came[2:]) == ["a", "c"]


def test_a_fault_waits_for_those_beside_it() -> None:
    """What a thread raises is raised when the steps beside it are over, and no other begins."""
    came, gone = list[str](), threading.Event()

    def perform(step: StepRecord) -> None:
        if step.name == "a":
            gone.set()
            raise OSError("the disk is full")
        gone.wait(10)
        threading.Event().wait(0.05)
        came.append(step.name)

    with pytest.raises(OSError, match="the disk is full"):
        work(STEPS, perform)
    assert came == ["b"]
