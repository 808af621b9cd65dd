"""Whether a process may still be forked for kernels: an import that left more than modules behind spoils it."""

from __future__ import annotations

import builtins
import locale
import logging
import os
import signal
import sys
import threading
import warnings
from typing import Any

from runner.kernel.warm.stand_in import StandIn

LONGEST_SAID = 80


class Unfit(Exception):  # noqa: N818 - what a module is found to be
    """A module cannot be imported ahead of a kernel, and is left to it."""


class Fitness:
    """What a process has before imports, to be compared with what it has behind them."""

    def __init__(self) -> None:
        self._open = _descriptors()
        self._state = _state()

    def check(self, stand_in: StandIn) -> None:
        """Raise `Unfit` where a kernel forked from here would differ from one that imports for itself."""
        if said := stand_in.said.strip():
            raise Unfit(f"it prints at its import: {said.splitlines()[0][:LONGEST_SAID]}")
        if stand_in.is_kept:
            raise Unfit("it keeps the shell or the streams that it finds at its import")
        if threads := self.threads():
            raise Unfit(threads)
        if opened := _descriptors() - self._open:
            raise Unfit(f"its import opens {', '.join(sorted(opened))[:LONGEST_SAID]}")
        if _has_children():
            raise Unfit("its import starts a process")
        state = _state()
        if changed := [name for name, value in self._state.items() if state[name] != value]:
            raise Unfit(f"its import changes {', '.join(changed)}")

    def threads(self) -> str:
        """Why the process must not be forked, if it has more threads than one: they would be gone in a kernel."""
        names = []
        for thread in os.listdir("/proc/self/task"):  # noqa: PTH208 - as quick as can be
            with open(f"/proc/self/task/{thread}/comm", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                names.append(file.read().strip())
        return f"its import starts threads: {', '.join(sorted(names[1:]))}" if len(names) > 1 else ""


def _descriptors() -> frozenset[str]:
    """What is open: files, sockets, devices; those of the interpreter itself and what is read now do not count."""
    found = set()
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            found.add(os.readlink(f"/proc/self/fd/{number}"))  # noqa: PTH115
        except OSError:
            continue
    return frozenset(one for one in found if not one.startswith("/proc/"))


def _state() -> dict[str, Any]:
    """What all code of a process shares, and a notebook would feel before it imports the module that changes it."""
    ours = (signal.SIGALRM, signal.SIGCHLD)
    root = logging.getLogger()
    return {
        "signal handlers": {one: signal.getsignal(one) for one in signal.valid_signals() if one not in ours},
        "warning filters": [one for one in warnings.filters if _is_broad(one)],
        "the style of figures": _style(),
        "numpy's error handling": _errors(),
        "logging": (root.level, list(root.handlers), root.disabled, logging.root.manager.disable),
        "the search path": list(sys.path),
        "hooks": (sys.excepthook, sys.displayhook, threading.excepthook, builtins.__import__),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the recursion limit": sys.getrecursionlimit(),
    }


def _is_broad(one: tuple[Any, ...]) -> bool:
    """Whether a filter of warnings concerns others than the module that has set it."""
    _, message, category, module, _ = one
    return message is None and module is None and category.__module__ == "builtins"


def _style() -> dict[str, Any]:
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is None:
        return {}
    first, now = matplotlib.rcParamsOrig, matplotlib.rcParams
    return {name: now._get(name) for name in now if name != "backend" and now._get(name) != first._get(name)}


def _errors() -> dict[str, str]:
    numpy = sys.modules.get("numpy")
    return numpy.geterr() if numpy else {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
