"""Nothing outlives a kernel, and no kernel outlives its runner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from runner.kernel import guardian, orphans
from runner.kernel.provisioner import Guard
from tests.runner.kernel.processes import Marked, until, zombies

RUNNER = """
import sys, time
from runner.kernel.provisioner import Guard
guard = Guard([sys.executable, "-c", sys.argv[1]], data_limit=0, private=sys.argv[2], env=None)
while guard.poll() is None:
    time.sleep(0.01)
guard.wait()
"""
SUBREAPER = """
import ctypes, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
runner = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
print(runner.pid, flush=True)
time.sleep(60)
"""
CELLS = {
    "a C function that holds the GIL": (1, "import ctypes; ctypes.PyDLL(None).sleep(60)"),
    "a loop in C": (1, "sum(range(10**12))"),
    "workers in sessions of their own": (
        5,
        """
import subprocess, time
for _ in range(3): subprocess.Popen(["setsid", "sleep", "60"])
subprocess.Popen(["sleep", "60"], start_new_session=True)
time.sleep(60)""",
    ),
    "daemons by double forks": (
        4,
        """
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: time.sleep(60)
        os._exit(0)
time.sleep(60)""",
    ),
    "what nohup and the shell leave": (
        5,
        """
import subprocess, time
subprocess.run("nohup sleep 60 & (sleep 60 &) ; setsid sh -c 'sleep 60 & sleep 60' &", shell=True)
time.sleep(60)""",
    ),
    "processes that ignore signals": (
        4,
        """
import os, signal, time
for number in set(signal.valid_signals()) - {9, 17, 19}: signal.signal(number, signal.SIG_IGN)
os.fork(); os.fork(); time.sleep(60)""",
    ),
    "a chain of parents and children": (
        21,
        """
import os, time
for _ in range(20):
    if os.fork(): break
    os.setsid()
time.sleep(60)""",
    ),
    "processes that flee by forking on": (
        4,
        """
import os, time
for _ in range(3):
    if os.fork() == 0:
        while True:
            if os.fork(): os._exit(0)
            os.setsid()
time.sleep(60)""",
    ),
}
"""How many processes a cell comes to, by what it does."""


@pytest.fixture
def guards() -> Iterator[list[Guard]]:
    """Guards that the test has started; they are ended behind it."""
    started: list[Guard] = []
    yield started
    for guard in started:
        guard.wait()


def guarded(marked: Marked, guards: list[Guard], code: str, data_limit: int = 0, **options: Any) -> Guard:
    """A guard whose kernel is a Python program."""
    command = [sys.executable, "-c", code]
    guard = Guard(command, data_limit=data_limit, private="", env=marked.environment, **options)
    guards.append(guard)
    return guard


def processes(marked: Marked, but: int) -> int:
    """How many processes there are, other than a runner, its guardian and so on."""
    return len(marked.living()) - but


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_cell_starts_is_gone_two_seconds_after_its_runner(cell: str, marked: Marked, tmp_path: Path) -> None:
    """The runner is killed by SIGKILL, which it cannot hear; nothing of the kernel outlives it."""
    count, code = CELLS[cell]
    program = [sys.executable, "-c", RUNNER, code, ""]
    with subprocess.Popen(program, env=marked.environment, cwd=tmp_path) as runner:
        until(lambda: processes(marked, 2) >= count)
        runner.kill()
        runner.wait()
        took = until(lambda: not marked.living())
    assert took < 2, marked.commands()


@pytest.mark.skipif(not guardian.LINUX, reason="other systems have no subreapers")
@pytest.mark.parametrize("cell", ["a C function that holds the GIL", "daemons by double forks"])
def test_another_subreaper_above_the_runner_changes_nothing(cell: str, marked: Marked) -> None:
    """Where orphans go to a session manager instead of to process 1, nothing survives either."""
    count, code = CELLS[cell]
    program = [sys.executable, "-c", SUBREAPER, RUNNER, code, ""]
    with subprocess.Popen(program, env=marked.environment, stdout=subprocess.PIPE) as launcher:
        assert launcher.stdout
        runner = int(launcher.stdout.readline())
        until(lambda: processes(marked, 3) >= count)
        others = [process for process in marked.living() if process.pid not in (launcher.pid, runner)]
        os.kill(runner, signal.SIGKILL)
        # The launcher reaps nobody, so that what has ended stays as a zombie.
        took = until(lambda: all(not one.is_running() or one.status() == psutil.STATUS_ZOMBIE for one in others))
        new = {one.pid for one in marked.living()} - {one.pid for one in others} - {launcher.pid, runner}
        launcher.kill()
    assert took < 2
    assert not new


@pytest.mark.parametrize(("code", "status"), [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 11)", -11)])
def test_the_end_of_the_kernel_is_reported(code: str, status: int, marked: Marked, guards: list[Guard]) -> None:
    """Its exit status, or its signal as a negative number; then the guardian is gone too."""
    guard = guarded(marked, guards, code)
    until(lambda: guard.poll() is not None)
    assert guard.wait() == status
    assert not guard.killed
    assert guard.cpu_seconds > 0
    assert guard.peak_bytes > 2**20
    assert not marked.commands()


def test_a_kernel_that_ends_takes_its_daemons_along(marked: Marked, guards: list[Guard]) -> None:
    """What a kernel leaves running when it ends by itself does not stay."""
    code = "import subprocess; subprocess.Popen(['setsid', 'sleep', '60']); print('done')"
    guard = guarded(marked, guards, code, stdout=subprocess.DEVNULL)
    until(lambda: guard.poll() is not None)
    assert guard.wait() == 0
    assert not marked.commands()


def test_a_program_that_cannot_be_loaded_is_reported(marked: Marked, guards: list[Guard]) -> None:
    """The reason is the system's, and names the program."""
    guard = Guard(["/no/such/python"], data_limit=0, private="", env=marked.environment)
    guards.append(guard)
    until(lambda: guard.poll() or guard.failure)
    assert guard.failure == "No such file or directory: /no/such/python"
    guard.wait()
    assert not marked.commands()


_OF_A_TERMINAL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def test_signals_of_a_terminal_do_not_end_the_guardian(marked: Marked, guards: list[Guard]) -> None:
    """Ctrl-C and SIGTERM are for the runner, which then tells the guardian; it does not ignore them for the kernel."""
    guard = guarded(marked, guards, "import time; time.sleep(60)")
    until(lambda: guard.poll() is None and guard.pid is not None)
    for number in _OF_A_TERMINAL:
        os.kill(guard.guardian, number)
    guard.send_signal(signal.SIGINT)
    until(lambda: guard.poll() is not None)
    assert guard.wait() in (1, -signal.SIGINT), "KeyboardInterrupt ends Python by the signal"
    said = _said(marked, guards, "import os; os.execvp('grep', ['grep', 'SigIgn', '/proc/self/status'])")
    ignored = int(said.split()[1], 16)
    assert not [number for number in (*_OF_A_TERMINAL, signal.SIGCHLD) if ignored & 1 << number - 1]


def test_no_process_of_the_kernel_holds_the_runners_channel(marked: Marked, guards: list[Guard]) -> None:
    """A cell could otherwise keep itself alive by it."""
    said = _said(marked, guards, "import subprocess; subprocess.run(['ls', '-l', '/proc/self/fd'], close_fds=False)")
    assert "->" in said
    assert "socket" not in said


def test_a_kernel_goes_first_where_memory_runs_out_and_has_a_limit(marked: Marked, guards: list[Guard]) -> None:
    """The system takes it before the runner; what asks for very much at once gets a MemoryError instead."""
    code = "print(open('/proc/self/oom_score_adj').read()); x = bytearray(2 * 2**30)"
    guard = guarded(marked, guards, code, data_limit=2**30, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: guard.poll() is not None)
    assert guard.returncode == 1
    assert int(_said(marked, guards, "print(open('/proc/self/oom_score_adj').read())")) == int(guardian.OOM_SCORE)


def test_a_stopped_guardian_still_obeys(marked: Marked, guards: list[Guard]) -> None:
    """A cell that stops its parent gains nothing."""
    guard = guarded(marked, guards, "import os, time; os.kill(os.getppid(), 19); time.sleep(60)")
    until(lambda: psutil.Process(guard.guardian).status() == psutil.STATUS_STOPPED)
    guard.kill()
    assert guard.wait() == -signal.SIGKILL
    assert not marked.commands()


@pytest.mark.skipif(not guardian.LINUX, reason="other systems have no subreapers")
def test_a_killed_guardian_takes_its_kernel_along(marked: Marked, guards: list[Guard]) -> None:
    """A cell that kills its parent dies with it, and what it started comes to the runner, which ends it."""
    code = (
        "import os, subprocess, time; subprocess.Popen(['setsid', 'sleep', '60'])\n"
        "subprocess.run('sleep 60 &', shell=True); os.kill(os.getppid(), 9); time.sleep(60)"
    )
    before = zombies()
    with orphans.received():
        guard = guarded(marked, guards, code)
        until(lambda: guard.poll() is not None)
        assert guard.killed
        assert guard.wait() == -signal.SIGKILL
        assert not marked.commands()
        assert zombies() <= before


def test_the_private_folder_goes_with_a_killed_runner(marked: Marked, tmp_path: Path) -> None:
    """No connection file and no temporary file stays behind; a runner that lives removes them itself."""
    private, elsewhere = tmp_path / "kernel-1", tmp_path / "elsewhere"
    (private / "tmp" / "spilt").mkdir(parents=True)
    elsewhere.mkdir()
    for file in (private / "kernel.json", private / "tmp" / "spilt" / "part", elsewhere / "stays"):
        file.write_text("{}")
    (private / "tmp" / "link").symlink_to(elsewhere)
    program = [sys.executable, "-c", RUNNER, "import time; time.sleep(60)", str(private)]
    with subprocess.Popen(program, env=marked.environment) as runner:
        until(lambda: processes(marked, 2) >= 1)
        assert private.exists()
        runner.kill()
        runner.wait()
        until(lambda: not private.exists())
    assert (elsewhere / "stays").exists()


def test_a_guardian_is_up_at_once(marked: Marked, guards: list[Guard]) -> None:
    """It costs a kernel tens of milliseconds."""
    guard = guarded(marked, guards, "import time; time.sleep(60)")
    assert until(lambda: guard.poll() is None and guard.pid is not None) < 1


def _said(marked: Marked, guards: list[Guard], code: str) -> str:
    """What a kernel prints."""
    read, write = os.pipe()
    with os.fdopen(read, encoding="utf-8") as told:
        guard = guarded(marked, guards, code, stdout=write)
        os.close(write)
        until(lambda: guard.poll() is not None)
        guard.wait()
        return told.read()
