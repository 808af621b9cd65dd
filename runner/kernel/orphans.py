"""Orphans: processes of a kernel whose guardian was killed. While kernels run they come to the runner, which ends them.

Linux gives an orphan to the nearest ancestor that asked for orphans, a subreaper. As long as a guardian lives that is
the guardian; a cell that kills it leaves its processes to the runner. Other systems know nothing of the kind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Collection, Iterator
from time import monotonic, sleep

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_PR_GET_CHILD_SUBREAPER = 37
PATIENCE = 5.0
"""Seconds after which what cannot be killed is left."""


@contextlib.contextmanager
def received() -> Iterator[None]:
    """Let orphans come to this process meanwhile."""
    if sys.platform != "linux":
        yield
        return
    before = ctypes.c_int()
    _prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(before))
    _prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1))
    try:
        yield
    finally:
        _prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(before.value))


def end(since: float, guardians: Collection[int]) -> int:
    """Kill the orphans that have come, with all they started since that time; how many they were.

    A child of this process is an orphan where its session is another one, since no process of a kernel is in the
    runner's session and what the runner starts is, and where it is neither a guardian nor older than the one that died.
    """
    until, ended = monotonic() + PATIENCE, 0
    while monotonic() < until and (found := _orphans(since, guardians)):
        for orphan in found:
            with contextlib.suppress(psutil.Error):
                orphan.kill()
        for orphan in found:
            with contextlib.suppress(ChildProcessError):
                ended += os.waitpid(orphan.pid, os.WNOHANG)[0] == orphan.pid
        sleep(0.002)
    return ended


def _orphans(since: float, guardians: Collection[int]) -> list[psutil.Process]:
    session = os.getsid(0)
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            if child.pid not in guardians and child.create_time() >= since and os.getsid(child.pid) != session:
                found.append(child)
    return found


def _prctl(option: int, argument: object) -> None:
    ctypes.CDLL(None).prctl(option, argument, 0, 0, 0)
