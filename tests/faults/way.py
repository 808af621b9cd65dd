"""One way for a run to die: what is run, what happens to it, and what must be true of it afterwards."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults import acts
from tests.faults.stage import Stage

FIRST = "print('first')"
LAST = "print('last')"
SLEEP = "import time\ntime.sleep(60)"
WAIT = "import pathlib, time\nwhile not pathlib.Path(GO).exists(): time.sleep(0.02)"
IGNORES = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
HOLDS_THE_GIL = "import ctypes\nctypes.PyDLL(None).sleep(60)"
CHILD = """import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True, env={})
open(NOTES, "a").write(f"pid 0 {child.pid}\\n")
"""
"""A process in a session of its own, which has nothing of its parent's environment."""
DAEMON = """import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(NOTES, "a").write(f"pid 0 {os.getpid()}\\n")
        time.sleep(60)
    os._exit(0)
os.wait()
time.sleep(0.3)
"""
"""A process that was forked twice, and holds everything that the kernel has open."""


def nothing(_: Stage) -> None:
    """The way needs nothing done."""


def no_fault(_: Stage) -> list[str]:
    """Nothing else has to be true."""
    return []


def possible() -> str | None:
    """The way can be tried everywhere."""
    return None


@dataclass(frozen=True)
class Way:
    """One way to die, or to be kept from it. Statuses and reasons are regular expressions."""

    name: str
    cell: str = SLEEP
    """What the second of three cells does."""
    run: str | None = "failed"
    """The status of the run; None where nothing may have been started."""
    exit: tuple[int, ...] = (1,)
    reason: str = ""
    """What the reason of the run says, or the line on the terminal where there is no run."""
    cells: tuple[str, ...] | None = None
    """The statuses of the cells; by default the second one is as the run, and the last one did not run."""
    step: str | None = None
    """The status of the step; by default that of the run."""
    after: str = "skipped"
    """The status of the step that needs it."""
    sources: tuple[str, ...] | None = None
    """The cells, where they are others than the first, the deadly one and the last."""
    asks: dict[str, Any] = field(default_factory=dict)
    """What the step says of itself in the pipeline file."""
    pipeline: dict[str, Any] = field(default_factory=dict)
    """What the pipeline file says besides its steps."""
    kernel: str = "python3"
    prepare: Callable[[Stage], dict[str, Any] | None] = nothing
    """Done before the run is started; options for its process."""
    act: Callable[[Stage], object] = nothing
    """Done while the run is under way."""
    check: Callable[[Stage], list[str]] = no_fault
    """What else must be true, as a list of what is not."""
    impossible: Callable[[], str | None] = possible
    """Why this cannot be tried here."""

    @property
    def source(self) -> tuple[str, ...]:
        """The code of the cells."""
        return self.sources or (FIRST, self.cell, LAST)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that the cells must have."""
        return self.cells if self.cells is not None else ("succeeded", self.step or self.run or "", "not_run")


def died(name: str, cell: str, reason: str, **more: Any) -> Way:
    """The kernel dies in the second cell."""
    return Way(name, cell, "kernel_died", (6,), reason, **more)


def failed(name: str, cell: str, reason: str, **more: Any) -> Way:
    """The cell fails."""
    return Way(name, cell, "failed", (1,), reason, **more)


def timed_out(name: str, cell: str, what: str = "cell", **more: Any) -> Way:
    """The cell, the step or the run passes its limit."""
    limit = {"cell": {"cell_timeout_minutes": 0.03}, "step": {"timeout_minutes": 0.15}}.get(what, {})
    limits: dict[str, Any] = {"asks": limit, **more}
    return Way(name, cell, "timed_out", (5,), f"{what} took longer", **limits)


def cancelled(name: str, *signals: signal.Signals, cell: str = SLEEP, **more: Any) -> Way:
    """The runner is told to stop, in the second cell."""
    status = 130 if signals[0] is signal.SIGINT else 143
    after: dict[str, Any] = {"act": acts.signals(*signals), **more}
    return Way(name, cell, "cancelled", (status,), f"stopped by {signals[0].name}", after="cancelled", **after)


def lost(name: str, cell: str = SLEEP, **more: Any) -> Way:
    """The runner is killed, in the second cell."""
    after: dict[str, Any] = {"act": acts.signals(signal.SIGKILL), **more}
    return Way(name, cell, "lost", (-9,), "vanished", after="not_run", **after)


def kill(target: str, number: str) -> str:
    """Code that sends a signal by a call, and waits for it."""
    return f"import os, signal, time\n{target.format(number=f'signal.{number}')}\ntime.sleep(60)"
