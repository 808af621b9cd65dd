"""Ways to die in the kernel and in its cells."""

from __future__ import annotations

from tests.faults import acts, checks, circumstances
from tests.faults.way import CHILD, DAEMON, FIRST, LAST, SLEEP, Way, died, failed, kill

KERNEL = (
    died("kernel killed by SIGKILL", kill("os.kill(os.getpid(), {number})", "SIGKILL"), "SIGKILL"),
    died("kernel ended by SIGTERM", kill("os.kill(os.getpid(), {number})", "SIGTERM"), "SIGTERM|by itself"),
    died("segmentation fault", "import ctypes\nctypes.string_at(0)", "SIGSEGV"),
    died("abort()", "import os\nos.abort()", "SIGABRT"),
    died(
        "bus error: a mapped file was cut",
        "import mmap, tempfile\nfile = tempfile.TemporaryFile()\nfile.truncate(8192)\n"
        "mapped = mmap.mmap(file.fileno(), 8192)\nfile.truncate(0)\nmapped[5000]",
        "SIGBUS",
    ),
    died("os._exit(0)", "import os\nos._exit(0)", "exit status 0"),
    died("os._exit(3)", "import os\nos._exit(3)", "exit status 3"),
    died(
        "os._exit(0) in a thread",
        "import os, threading, time\nthreading.Thread(target=os._exit, args=(0,)).start()\ntime.sleep(60)",
        "exit status 0",
    ),
    died(
        "stack overflow in C",
        "import ctypes, sys\nsys.setrecursionlimit(10**8)\nagain = ctypes.CFUNCTYPE(None)(lambda: again())\nagain()",
        "SIGSEGV|SIGABRT",
    ),
    died("kernel closes its sockets", "import os, time\nos.closerange(3, 4096)\ntime.sleep(60)", "kernel"),
    died("kernel closes its output and dies", "import os\nos.close(1); os.close(2); os._exit(1)", "exit status 1"),
    died("cell kills its process group", kill("os.killpg(os.getpgrp(), {number})", "SIGKILL"), "SIGKILL|guardian"),
    died("cell kills its parent", kill("os.kill(os.getppid(), {number})", "SIGKILL"), "kernel"),
    died("a child in a session of its own is left, and the kernel dies", f"{CHILD}import os\nos._exit(3)", "status 3"),
    died(
        "a daemon holds on to all that a dead kernel had",
        f"{DAEMON}import os, signal\nos.kill(os.getpid(), 9)",
        "SIGKILL",
    ),
    died("kernel killed from outside", SLEEP, "SIGKILL", act=acts.kill_kernel),
    died(
        "kernel dies in the last cell",
        "",
        "exit status 3",
        sources=(FIRST, "import os\nos._exit(3)"),
        cells=("succeeded", "kernel_died"),
    ),
    died(
        "kernel dies at its start",
        "",
        "did not start",
        kernel="stillborn",
        prepare=circumstances.stillborn_kernel,
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
    failed("exit()", "exit()", r"exit\(\)"),
    failed("quit() and more", "quit()\nkept = 1", r"exit\(\)|quit"),
    failed("sys.exit(0)", "import sys\nsys.exit(0)", "exit"),
    failed("sys.exit(3)", "import sys\nsys.exit(3)", r"exit\(3\)"),
    failed("a kind of SystemExit", "class Enough(SystemExit): pass\nraise Enough(0)", "Enough"),
    failed(
        "the first cell raises",
        "",
        "ValueError: closed",
        sources=("raise ValueError('closed')", LAST),
        cells=("failed", "not_run"),
    ),
    failed(
        "the last cell raises",
        "",
        "ValueError: closed",
        sources=(FIRST, "raise ValueError('closed')"),
        cells=("succeeded", "failed"),
    ),
    failed("KeyboardInterrupt raised by the cell", "raise KeyboardInterrupt", "KeyboardInterrupt"),
    failed("endless recursion in Python", "def again(): again()\nagain()", "RecursionError"),
    failed("syntax error that shows only when it is met", "exec('for')", "SyntaxError"),
    failed("failing import", "__import__('no_such_package')", "ModuleNotFoundError"),
    failed("the cell asks for input", "input('name?')", "StdinNotImplementedError"),
    failed(
        "an exception without words or form",
        "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd",
        "Odd|ValueError",
    ),
    failed(
        "retries exhausted",
        "raise ValueError('closed')",
        "ValueError: closed",
        asks={"retries": 1, "retry_wait_seconds": 0},
        check=checks.two_attempts,
    ),
)
"""The cell fails."""
