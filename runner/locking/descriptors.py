"""Open descriptors that no child may keep: a lock or a session lives as long as anyone has it open.

Programs that are started do not inherit them anyway (`O_CLOEXEC`); what is held here also goes where a process forks
and stays in Python, as workers of `multiprocessing` do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_private: set[int] = set()


@contextmanager
def private(descriptor: int) -> Iterator[None]:
    """Keep a descriptor from children that are forked while the context lasts."""
    _private.add(descriptor)
    try:
        yield
    finally:
        _private.discard(descriptor)


def _let_go() -> None:
    """Put the empty device in their place: whoever still holds the number in this child then reaches nothing."""
    if not _private:
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in _private:
        os.dup2(nothing, descriptor, inheritable=False)
    os.close(nothing)
    _private.clear()


os.register_at_fork(after_in_child=_let_go)
