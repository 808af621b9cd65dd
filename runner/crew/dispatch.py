"""Dispatch: each step begins as soon as what it needs is over and the budget has room.

Of several that could begin, the one that took longest the last time is first, so that it is not the last to end; of
those that take equally long, or that nobody knows, the one that stands first in the pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from runner.crew.budget import Budget, Need
from runner.records.record import StepRecord


def at_once(step: str, steps: Sequence[StepRecord], workers: int) -> int:
    """How many steps may run at the same time while that one does, itself included."""
    needs = {one.name: set(one.needs) for one in steps}
    for one in steps:  # each stands behind what it needs
        needs[one.name].update(*(needs[name] for name in one.needs))
    beside = [one for one in needs if one != step and one not in needs[step] and step not in needs[one]]
    return min(workers, 1 + len(beside))


def in_turn(steps: Sequence[StepRecord], perform: Callable[[StepRecord], None]) -> None:
    """One step after the other, in this thread."""
    for step in steps:
        perform(step)


def side_by_side(
    steps: Sequence[StepRecord],
    perform: Callable[[StepRecord], None],
    *,
    workers: int,
    budget: Budget,
    need: Callable[[StepRecord], Need],
) -> None:
    """At most so many steps at once, each in a thread; a step waits for those that it needs, however they end.

    None overtakes one that only waits for room, so that a large step gets its turn. What a thread raises is raised
    here, once the steps beside it are over.
    """
    waiting, over, needs = list(steps), set[str](), dict[str, Need]()
    running: dict[Future[None], tuple[StepRecord, Need]] = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="step") as pool:
        while waiting or running:
            ready = [one for one in waiting if over >= set(one.needs)]
            needs.update({one.name: need(one) for one in ready if one.name not in needs})
            for step in sorted(ready, key=lambda one: -needs[one.name].seconds):
                asked = needs[step.name]
                if len(running) == workers or not budget.admits(asked):
                    break
                waiting.remove(step)
                budget.take(asked)
                running[pool.submit(perform, step)] = step, asked
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                step, asked = running.pop(future)
                budget.give_back(asked)
                over.add(step.name)
                future.result()
