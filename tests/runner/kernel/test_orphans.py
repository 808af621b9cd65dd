"""Processes whose guardian was killed."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import time

import psutil
import pytest

from runner.kernel import guardian, orphans
from tests.runner.kernel.processes import Marked, until

pytestmark = pytest.mark.skipif(not guardian.LINUX, reason="other systems have no subreapers")


def is_subreaper() -> bool:
    """Whether orphans come to this process."""
    value = ctypes.c_int()
    ctypes.CDLL(None).prctl(37, ctypes.byref(value), 0, 0, 0)
    return bool(value.value)


def test_orphans_come_only_while_they_are_received() -> None:
    """Outside of a run the process is as it was."""
    before = is_subreaper()
    with orphans.received():
        assert is_subreaper()
        with orphans.received():
            assert is_subreaper()
        assert is_subreaper()
    assert is_subreaper() is before


def test_orphans_are_ended_and_others_stay(marked: Marked) -> None:
    """What came from a kernel is killed and reaped; a child that the runner started itself lives on."""
    own = [sys.executable, "-c", "import time; time.sleep(60)"]
    with orphans.received(), subprocess.Popen(own) as child:
        since = time.time() - 1
        leaves = "import subprocess; subprocess.Popen(['setsid', 'sleep', '60'])"
        subprocess.run([sys.executable, "-c", leaves], env=marked.environment, check=True, start_new_session=True)
        until(lambda: [one.ppid() for one in marked.living()] == [psutil.Process().pid])
        assert orphans.end(since, {one.pid for one in marked.living()}) == 0, "a guardian is none"
        assert orphans.end(since, ()) == 1
        assert not marked.commands()
        assert child.poll() is None
        child.kill()
