"""How a process that was forked becomes a kernel: nothing is left in it that a kernel started anew would not have."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import multiprocessing.process
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TORCH_CONSTANT = 67280421310721
"""What torch begins with in versions that do not ask the system for a seed."""
OURS = "runner"
"""The package whose modules are here and would not be in a kernel."""


@dataclass(frozen=True)
class Order:
    """What the runner tells of a kernel that it wants."""

    arguments: list[str]
    """What follows `ipykernel_launcher` on the command line."""
    launcher: list[str]
    """What precedes that."""
    environment: dict[str, str]
    folder: str
    data_limit: int
    private: str

    def begin(self, imported: Mapping[str, str]) -> None:
        """Go where the kernel works, with its environment; `imported` is what imports have written into theirs."""
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update({**imported, **self.environment, "JPY_PARENT_PID": str(os.getppid())})
        time.tzset()
        # As Python has them when it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_IGN)

    def settle(self) -> None:
        """Leave nothing of the parent in the interpreter."""
        sys.argv = [_launcher_file(), *self.arguments]
        sys.orig_argv = [*self.launcher, *self.arguments]
        for name in [name for name in sys.modules if name.partition(".")[0] == OURS]:
            del sys.modules[name]
        importlib.invalidate_caches()
        tempfile.tempdir = None  # found anew, in this kernel's environment
        _seed()


def take_over(output: list[int]) -> None:
    """Read nothing, and write where the kernel shall; from here on the descriptors are those of the process itself."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for place, descriptor in enumerate([nothing, *output]):
        os.dup2(descriptor, place)
        os.close(descriptor)


def shadowed(folder: str, modules: Iterable[str]) -> str:
    """Why a kernel that works in this folder must not begin with these modules: it would find others there."""
    with contextlib.suppress(OSError):
        beside = {name.removesuffix(".py") for name in os.listdir(folder) if _is_module(folder, name)}  # noqa: PTH208
        found = sorted(name for name in beside & {name.partition(".")[0] for name in modules} if _is_installed(name))
        if found:
            return f"{', '.join(found)} lies beside the notebook, and is not what is imported ahead"
    return ""


def _is_installed(module: str) -> bool:
    """Whether it was found where IPython looks behind the folder of the notebook, and not before."""
    origin = getattr(getattr(sys.modules.get(module), "__spec__", None), "origin", None) or ""
    return any(f"/{kind}/" in origin for kind in ("site-packages", "dist-packages"))


def _is_module(folder: str, name: str) -> bool:
    return name.endswith(".py") or os.path.isfile(os.path.join(folder, name, "__init__.py"))  # noqa: PTH113, PTH118


def _launcher_file() -> str:
    found = importlib.util.find_spec("ipykernel_launcher")
    return found.origin or "" if found else ""


def _seed() -> None:
    """Seed what a fresh process finds seeded by the system; kernels of one parent would otherwise draw the same."""
    random.seed()
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()
    torch = sys.modules.get("torch")
    if torch is not None and torch.initial_seed() != TORCH_CONSTANT:
        torch.default_generator.seed()
    multiprocessing.process.current_process().authkey = os.urandom(32)
