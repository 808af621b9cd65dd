"""The trees of warm kernels' parents that this process keeps, one for each interpreter and environment."""

from __future__ import annotations

import atexit
import os
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.kernel.process import ALLOWED, THREADS
from runner.kernel.warm.tree import Tree

MOST = 2
"""So many trees are kept; each holds the memory of what it has imported."""

Key = tuple[object, ...]
_trees: dict[Key, Tree] = {}
_lock = threading.Lock()


def possible() -> bool:
    """Whether this system can do all that it takes."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return sys.platform == "linux"


def tree(interpreter: Sequence[str], environment: Mapping[str, str]) -> Tree:
    """The living tree of an interpreter in an environment; a new one where packages were installed meanwhile."""
    felt = {name: value for name, value in environment.items() if ALLOWED.fullmatch(name)}
    felt |= dict.fromkeys(THREADS, "1")  # kernels with more have no numerical libraries imported ahead
    felt["TMPDIR"] = tempfile.gettempdir()  # a kernel has a folder of its own, which goes with it
    key: Key = (tuple(interpreter), tuple(sorted(felt.items())), _packages())
    with _lock:
        found = _trees.pop(key, None)
        if found is not None and not found.lives():
            found.close()
            found = None
        while found is None and len(_trees) >= MOST:
            _trees.pop(next(iter(_trees))).close()
        _trees[key] = found or Tree(interpreter, felt)
        return _trees[key]


def _packages() -> tuple[int, ...]:
    """When packages were last installed or removed."""
    places = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    return tuple(Path(place).stat().st_mtime_ns for place in sorted(places))


@atexit.register
def clear() -> None:
    """Let all trees end."""
    with _lock:
        while _trees:
            _trees.popitem()[1].close()
