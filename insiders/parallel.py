"""Independent pieces of work in threads, as many at once as the processors that this process may use.

joblib counts these (`LOKY_MAX_CPU_COUNT` says a smaller number). Threads gain where the work leaves Python's lock to
others, as compiled loops of scikit-learn, LightGBM and numba do. What comes out does not depend on their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from joblib import Parallel, delayed, parallel_config

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """What the function makes of each item, in their order; the first fault is raised.

    Items are asked for as threads become free, so that no more of them are in memory than are worked on. A forest that
    is grown in such a thread has it alone, since the others are taken.
    """
    with parallel_config(backend="threading", n_jobs=-1):
        return list(Parallel(pre_dispatch="n_jobs")(delayed(function)(item) for item in items))
