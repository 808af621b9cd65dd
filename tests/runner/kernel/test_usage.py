"""Memory and CPU time of a process tree."""

import subprocess
import sys
from pathlib import Path

from runner.kernel.usage import Usage

PARENT = """
import subprocess, sys
kept = bytearray(80_000_000)
child = subprocess.run([sys.executable, "-c", "import time; k = bytearray(60_000_000); time.sleep(0.6)"])
print("done", flush=True)
sys.stdin.read()
"""


def test_peak_memory_counts_the_descendants(tmp_path: Path) -> None:
    """The peak holds what the process and its child used at the same time, and CPU time is counted."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin
        assert parent.stdout
        with Usage(parent.pid) as usage:
            assert parent.stdout.readline() == b"done\n"
        parent.stdin.close()
    assert 140e6 < usage.peak_bytes < 400e6
    assert 0 < usage.cpu_seconds < 30
    assert len(usage.descendants) == 1


def test_a_process_that_ends_meanwhile_is_no_error() -> None:
    """Sampling ends with the process."""
    with (
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.3)"]) as process,
        Usage(process.pid) as usage,
    ):
        process.wait(10)
    usage.sample()
    assert usage.peak_bytes > 0
