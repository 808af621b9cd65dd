"""The ways for a run to die, as data: what is run, what happens to it, and what must be true of it afterwards."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults import acts
from tests.faults.stage import TAGGED, Stage

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

PUBLISHES_JUNK = """import os, pathlib, time
asked = pathlib.Path(os.environ["INSIDERS_SPOOL"], os.environ["INSIDERS_STEP"] + "-1.request.json")
aside = asked.with_name(".asked")
aside.write_text('{"format": 1, "tables": "all of them"}')
aside.replace(asked)
answer = asked.with_name(asked.name.replace("request", "receipt"))
while not answer.exists(): time.sleep(0.02)
"""

FETCHES = (f"{TAGGED}\nsource: str = 'demo'  # where from", FIRST)
SHOPS = (f"{TAGGED}\nshop: int = 0  # which", "if shop == 2: raise ValueError('closed')", LAST)


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
    prepare: Callable[[Stage], dict[str, Any] | None] = acts.nothing
    """Done before the run is started; options for its process."""
    act: Callable[[Stage], object] = acts.nothing
    """Done while the run is under way."""
    check: Callable[[Stage], list[str]] = acts.no_fault
    """What else must be true, as a list of what is not."""
    impossible: Callable[[], str | None] = acts.possible
    """Why this cannot be tried here."""

    @property
    def source(self) -> tuple[str, ...]:
        """The code of the cells."""
        return self.sources or (FIRST, self.cell, LAST)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that the cells must have."""
        return self.cells if self.cells is not None else ("succeeded", self.step or self.run or "", "not_run")


def _died(name: str, cell: str, reason: str, **more: Any) -> Way:
    return Way(name, cell, "kernel_died", (6,), reason, **more)


def _failed(name: str, cell: str, reason: str, **more: Any) -> Way:
    return Way(name, cell, "failed", (1,), reason, **more)


def _timed_out(name: str, cell: str, what: str = "cell", **more: Any) -> Way:
    limit = {"cell": {"cell_timeout_minutes": 0.03}, "step": {"timeout_minutes": 0.15}}.get(what, {})
    limits: dict[str, Any] = {"asks": limit, **more}
    return Way(name, cell, "timed_out", (5,), f"{what} took longer", **limits)


def _cancelled(name: str, *signals: signal.Signals, cell: str = SLEEP, **more: Any) -> Way:
    status = 130 if signals[0] is signal.SIGINT else 143
    after: dict[str, Any] = {"act": acts.signals(*signals), **more}
    return Way(name, cell, "cancelled", (status,), f"stopped by {signals[0].name}", after="cancelled", **after)


def _lost(name: str, cell: str = SLEEP, **more: Any) -> Way:
    after: dict[str, Any] = {"act": acts.signals(signal.SIGKILL), **more}
    return Way(name, cell, "lost", (-9,), "vanished", after="not_run", **after)


def _kill(target: str, number: str) -> str:
    return f"import os, signal, time\n{target.format(number=f'signal.{number}')}\ntime.sleep(60)"


KERNEL = (
    _died("kernel killed by SIGKILL", _kill("os.kill(os.getpid(), {number})", "SIGKILL"), "SIGKILL"),
    _died("kernel ended by SIGTERM", _kill("os.kill(os.getpid(), {number})", "SIGTERM"), "SIGTERM|by itself"),
    _died("segmentation fault", "import ctypes\nctypes.string_at(0)", "SIGSEGV"),
    _died("abort()", "import os\nos.abort()", "SIGABRT"),
    _died(
        "bus error: a mapped file was cut",
        "import mmap, tempfile\nfile = tempfile.TemporaryFile()\nfile.truncate(8192)\n"
        "mapped = mmap.mmap(file.fileno(), 8192)\nfile.truncate(0)\nmapped[5000]",
        "SIGBUS",
    ),
    _died("os._exit(0)", "import os\nos._exit(0)", "exit status 0"),
    _died("os._exit(3)", "import os\nos._exit(3)", "exit status 3"),
    _died(
        "os._exit(0) in a thread",
        "import os, threading, time\nthreading.Thread(target=os._exit, args=(0,)).start()\ntime.sleep(60)",
        "exit status 0",
    ),
    _died(
        "stack overflow in C",
        "import ctypes, sys\nsys.setrecursionlimit(10**8)\nagain = ctypes.CFUNCTYPE(None)(lambda: again())\nagain()",
        "SIGSEGV|SIGABRT",
    ),
    _died("kernel closes its sockets", "import os, time\nos.closerange(3, 4096)\ntime.sleep(60)", "kernel"),
    _died("kernel closes its output and dies", "import os\nos.close(1); os.close(2); os._exit(1)", "exit status 1"),
    _died("cell kills its process group", _kill("os.killpg(os.getpgrp(), {number})", "SIGKILL"), "SIGKILL|guardian"),
    _died("cell kills its parent", _kill("os.kill(os.getppid(), {number})", "SIGKILL"), "kernel"),
    _died("a child in a session of its own is left, and the kernel dies", f"{CHILD}import os\nos._exit(3)", "status 3"),
    _died(
        "a daemon holds on to all that a dead kernel had",
        f"{DAEMON}import os, signal\nos.kill(os.getpid(), 9)",
        "SIGKILL",
    ),
    _died("kernel killed from outside", SLEEP, "SIGKILL", act=acts.kill_kernel),
    _died(
        "kernel dies in the last cell",
        "",
        "exit status 3",
        sources=(FIRST, "import os\nos._exit(3)"),
        cells=("succeeded", "kernel_died"),
    ),
    _died(
        "kernel dies at its start",
        "",
        "did not start",
        kernel="stillborn",
        prepare=acts.stillborn_kernel,
        cells=("not_run",) * 3,
    ),
)
"""The kernel dies."""

MEMORY = (
    Way(
        "more memory than the step may have",
        "kept = bytearray(700 << 20)\nimport time\ntime.sleep(60)",
        "out_of_memory",
        (6,),
        "limit",
        asks={"memory_mb": 300},
    ),
    Way(
        "a child takes more memory than the step may have",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', "
        "'import time; kept = bytearray(700 << 20); time.sleep(60)'])",
        "out_of_memory",
        (6,),
        "limit",
        asks={"memory_mb": 300},
    ),
    Way("MemoryError", "raise MemoryError", "out_of_memory", (6,), "MemoryError|memory"),
)

CELLS = (
    _failed("exit()", "exit()", r"exit\(\)"),
    _failed("quit() and more", "quit()\nkept = 1", r"exit\(\)|quit"),
    _failed("sys.exit(0)", "import sys\nsys.exit(0)", "exit"),
    _failed("sys.exit(3)", "import sys\nsys.exit(3)", r"exit\(3\)"),
    _failed("a kind of SystemExit", "class Enough(SystemExit): pass\nraise Enough(0)", "Enough"),
    _failed(
        "the first cell raises",
        "",
        "ValueError: closed",
        sources=("raise ValueError('closed')", LAST),
        cells=("failed", "not_run"),
    ),
    _failed(
        "the last cell raises",
        "",
        "ValueError: closed",
        sources=(FIRST, "raise ValueError('closed')"),
        cells=("succeeded", "failed"),
    ),
    _failed("KeyboardInterrupt raised by the cell", "raise KeyboardInterrupt", "KeyboardInterrupt"),
    _failed("endless recursion in Python", "def again(): again()\nagain()", "RecursionError"),
    _failed("syntax error that shows only when it is met", "exec('for')", "SyntaxError"),
    _failed("failing import", "__import__('no_such_package')", "ModuleNotFoundError"),
    _failed("the cell asks for input", "input('name?')", "StdinNotImplementedError"),
    _failed(
        "an exception without words or form",
        "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd",
        "Odd|ValueError",
    ),
    _failed(
        "retries exhausted",
        "raise ValueError('closed')",
        "ValueError: closed",
        asks={"retries": 1, "retry_wait_seconds": 0},
        check=acts.two_attempts,
    ),
)
"""The cell fails."""

TIME = (
    _timed_out("cell timeout", SLEEP, "cell"),
    _timed_out("step timeout", SLEEP, "step"),
    _timed_out("run deadline", SLEEP, "run", pipeline={"timeout_minutes": 0.15}, after="skipped|timed_out|cancelled"),
    _timed_out("the cell ignores the interrupt at its timeout", IGNORES),
    _timed_out("the cell holds the GIL at its timeout", HOLDS_THE_GIL),
    _timed_out("the kernel is stopped (SIGSTOP)", _kill("os.kill(os.getpid(), {number})", "SIGSTOP")),
    _timed_out(
        "kernel that never answers", "", "step", kernel="mute", prepare=acts.mute_kernel, cells=("not_run",) * 3
    ),
)
"""Time runs out."""

SIGNALS = (
    _cancelled("SIGINT to the runner", signal.SIGINT),
    _cancelled("Ctrl-C at the terminal: SIGINT to all in front", signal.SIGINT, act=acts.signal_group(signal.SIGINT)),
    _cancelled("SIGTERM to the runner", signal.SIGTERM),
    _cancelled("SIGHUP to the runner", signal.SIGHUP),
    _cancelled("SIGTERM twice", signal.SIGTERM, signal.SIGTERM),
    _cancelled("SIGTERM, and the cell ignores the interrupt", signal.SIGTERM, cell=IGNORES),
    _cancelled("SIGTERM, and the cell holds the GIL", signal.SIGTERM, cell=HOLDS_THE_GIL),
    _cancelled("SIGTERM, and a child in a session of its own", signal.SIGTERM, cell=CHILD + SLEEP),
    _lost("SIGKILL of the runner"),
    _lost("SIGKILL of the runner, and the cell holds the GIL", HOLDS_THE_GIL),
    _lost("SIGKILL of the runner, and the cell ignores the interrupt", IGNORES),
    _lost("SIGKILL of the runner, and a child in a session of its own", CHILD + SLEEP),
    _lost("SIGKILL of the runner, and a daemon", DAEMON + SLEEP),
    _lost("SIGKILL of all that is in front", act=acts.signal_group(signal.SIGKILL)),
)
"""The runner is told to stop, or is killed."""

PLACES = (
    Way("kernel program is missing", "", None, (3,), "nowhere", kernel="nowhere", prepare=acts.missing_kernel),
    Way("syntax error", "for", None, (3,), "syntax"),
    Way("a package is missing", "import no_such_package", None, (3,), "no_such_package"),
    Way("wrong kernel name", "", None, (3,), "no_such_kernel", kernel="no_such_kernel"),
    Way(
        "input missing at the fetch",
        "",
        "failed",
        (3,),
        "404",
        cells=(),
        sources=FETCHES,
        step="skipped",
        prepare=acts.serve,
        pipeline={"inputs": {"source": "URL/missing.csv"}},
    ),
    Way(
        "input server hangs, SIGTERM",
        "",
        "cancelled",
        (143,),
        "SIGTERM",
        cells=(),
        sources=FETCHES,
        after="cancelled",
        prepare=acts.serve,
        pipeline={"inputs": {"source": "URL/hang.csv"}},
        act=acts.signal_at_fetch,
    ),
    Way(
        "input server hangs past the run's deadline",
        "",
        "timed_out",
        (5,),
        "run took longer",
        cells=(),
        sources=FETCHES,
        step="skipped|timed_out",
        after="skipped|timed_out",
        prepare=acts.serve,
        pipeline={"inputs": {"source": "URL/hang.csv"}, "timeout_minutes": 0.1},
    ),
    Way(
        "disk full in the middle",
        "",
        "failed|lost",
        (1,),
        "",
        sources=(FIRST, WAIT, "print('x' * 100_000)"),
        cells=("succeeded", "succeeded", "succeeded"),
        step="failed|lost",
        after="skipped|not_run",
        prepare=acts.small_disk,
        act=acts.fill_disk,
        check=acts.says("No space left"),
        impossible=acts.cannot_mount,
    ),
    Way(
        "output folder read-only in the middle",
        WAIT,
        "failed|lost",
        (1,),
        "",
        cells=("succeeded",) * 3,
        step="failed|lost",
        after="skipped|not_run",
        prepare=acts.like_anyone,
        act=acts.read_only,
        check=acts.says("Permission denied"),
    ),
    Way(
        "files may not grow so large (RLIMIT_FSIZE)",
        "",
        "failed|lost",
        (1,),
        "",
        prepare=acts.small_files,
        sources=(FIRST, "print(('x' * 99 + '\\n') * 30_000)", LAST),
        cells=("succeeded",) * 3,
        step="failed|lost",
        after="skipped|not_run",
        check=acts.says("File too large"),
    ),
    Way("run folder deleted during the run", WAIT, None, (1,), "run", act=acts.delete_run_folder),
    Way(
        "database locked at the end",
        WAIT,
        "succeeded",
        (7,),
        "",
        cells=("succeeded",) * 3,
        after="succeeded",
        prepare=acts.nothing,
        act=acts.lock_database,
    ),
    Way(
        "publication refused by the desk",
        PUBLISHES_JUNK,
        "failed",
        (1,),
        "refused",
        cells=("succeeded",) * 3,
        check=acts.says("refused"),
    ),
    Way(
        "whoever reads the runner's output is gone",
        WAIT,
        "succeeded",
        (0,),
        cells=("succeeded",) * 3,
        after="succeeded",
        prepare=acts.pipe,
        act=acts.close_pipe,
    ),
    Way(
        "the runner's output goes to a full device",
        FIRST,
        "succeeded",
        (0,),
        cells=("succeeded",) * 3,
        after="succeeded",
        prepare=acts.full_device,
    ),
    Way(
        "a second run while the first one runs",
        WAIT,
        "succeeded",
        (0,),
        cells=("succeeded",) * 3,
        after="succeeded",
        act=acts.second_run,
        check=acts.refused_and_recorded,
    ),
    Way(
        "one item of several fails",
        "if shop == 2: raise ValueError('closed')",
        "failed",
        (1,),
        "ValueError: closed",
        sources=SHOPS,
        cells=None,
        asks={"for_each": {"shop": [1, 2, 3]}},
        check=acts.siblings_ran,
    ),
)
"""What the run stands on gives way."""

WAYS: tuple[Way, ...] = (*KERNEL, *MEMORY, *CELLS, *TIME, *SIGNALS, *PLACES)
"""All of them; the names are unique."""
