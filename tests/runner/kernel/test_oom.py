"""The system's count of processes that it killed because memory ran out."""

from __future__ import annotations

import os
import subprocess
import sys

from runner.kernel import oom
from tests.runner.kernel.control_groups import small_group

PROGRAM = """
import os, pathlib, subprocess, sys
pathlib.Path(sys.argv[1], "cgroup.procs").write_text(str(os.getpid()))
from runner.kernel import oom
before = oom.kills()
eats = "open('/proc/self/oom_score_adj', 'w').write('1000'); x = [bytearray(10**7) for _ in range(100)]"
status = subprocess.run([sys.executable, "-c", eats]).returncode
print(status, oom.kills() - before)
"""


def test_a_kill_in_the_own_control_group_is_counted() -> None:
    """The system really kills a process that uses more than its group may, and the count tells of it."""
    with small_group(100_000_000) as group:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(group)], stdout=subprocess.PIPE, text=True, check=True
        )
    assert done.stdout.split() == ["-9", "1"]


def test_a_process_that_is_killed_otherwise_is_not_counted() -> None:
    """A plain SIGKILL is none of these."""
    before = oom.kills()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        os.kill(process.pid, 9)
    assert oom.kills() == before
