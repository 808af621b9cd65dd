"""Memory and CPU time of all that runs below a guardian."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest

from runner.kernel.provisioner import Guard
from runner.kernel.usage import Usage, high_water_mark
from tests.runner.kernel.processes import Marked, until

FAMILY = """
import subprocess, sys, time
kept = bytearray(80_000_000)
program = "import time; k = bytearray(60_000_000); time.sleep(0.6)"
subprocess.run([sys.executable, "-c", program])
"""
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        kept = bytearray(90_000_000)
        sum(range(10_000_000))
        time.sleep(60)
    os._exit(0)
os.wait()
time.sleep(60)
"""
GREEDY = """
import time
kept = []
while True:
    kept.append(bytearray(5_000_000))
    time.sleep(0.01)
"""


@pytest.fixture
def started(marked: Marked) -> Iterator[Callable[[str], Guard]]:
    """Starts a guarded Python program, which ends with the test."""
    guards = []

    def start(code: str) -> Guard:
        command = [sys.executable, "-c", code]
        guard = Guard(command, data_limit=0, private="", env=marked.environment, stderr=subprocess.DEVNULL)
        guards.append(guard)
        until(lambda: guard.poll() is not None or guard.pid is not None)
        return guard

    yield start
    for guard in guards:
        guard.wait()


def test_peak_memory_counts_the_descendants(started: Callable[[str], Guard]) -> None:
    """The peak holds what the process and its child used at the same time, and CPU time is counted."""
    guard = started(FAMILY)
    with Usage(guard) as usage:
        until(lambda: guard.poll() is not None)
    guard.wait()
    usage.settle()
    assert 140e6 < usage.peak_bytes < 400e6
    assert 0 < usage.cpu_seconds < 30
    assert len(usage.descendants) == 2


def test_daemons_count_too(started: Callable[[str], Guard]) -> None:
    """A process that has left the kernel's session and lost its parent is still the kernel's."""
    guard = started(DAEMON)
    with Usage(guard) as usage:
        until(lambda: usage.peak_bytes > 90e6 and usage.cpu_seconds > 0.1)
    sampled = usage.cpu_seconds
    guard.wait()
    usage.settle()
    assert usage.cpu_seconds >= sampled


def test_a_kernel_that_passes_its_limit_is_killed(started: Callable[[str], Guard], marked: Marked) -> None:
    """What it used when it was caught is kept, and is not much more than the limit."""
    guard = started(GREEDY)
    with Usage(guard, limit_bytes=150_000_000) as usage:
        until(lambda: guard.poll() is not None)
    assert guard.wait() == -9
    assert usage.over_bytes is not None
    assert 150e6 < usage.over_bytes < 300e6
    assert not marked.commands()


def test_a_burst_of_the_kernel_is_not_missed(started: Callable[[str], Guard]) -> None:
    """Memory that was given back between two samples counts, since the system remembers the peak."""
    guard = started("import time; x = bytearray(120_000_000); del x; time.sleep(60)")
    assert guard.pid is not None
    kernel = psutil.Process(guard.pid)
    # Before the first sample the memory has been given back: only the system knows that it was ever taken.
    until(lambda: high_water_mark(kernel.pid) > 120e6 and kernel.memory_info().rss < 100e6)
    with Usage(guard, limit_bytes=100_000_000) as usage:
        until(lambda: guard.poll() is not None)
    assert usage.over_bytes is not None
    assert usage.over_bytes > 120e6


def test_a_process_that_ends_meanwhile_is_no_error(started: Callable[[str], Guard]) -> None:
    """Sampling ends with the guardian; what that has told of the dead is added."""
    guard = started("sum(range(3_000_000))")
    with Usage(guard) as usage:
        until(lambda: guard.poll() is not None)
        guard.wait()
        usage.sample()
    usage.settle()
    assert usage.peak_bytes > 1e6
    assert usage.cpu_seconds > 0
