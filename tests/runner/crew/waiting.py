"""Something that is done in the middle of a run, as soon as that is where a test wants it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_S = 120


@contextmanager
def meanwhile(ready: Callable[[], bool], act: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread, once, when the moment has come."""
    over = threading.Event()

    def wait() -> None:
        ends = time.monotonic() + PATIENCE_S
        while not over.is_set() and time.monotonic() < ends:
            if ready():
                act()
                return
            time.sleep(0.02)

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
