"""Descriptors that children do not keep."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, sys
from runner.locking.descriptors import private
secret, open_to_all = (os.open(path, os.O_RDONLY) for path in sys.argv[1:])
with private(secret):
    if os.fork() == 0:
        print(repr(os.read(secret, 9)), os.read(open_to_all, 9), os.get_inheritable(secret), flush=True)
        os._exit(0)
    os.wait()
if os.fork() == 0:
    print(os.read(secret, 9), flush=True)
    os._exit(0)
os.wait()
"""


def test_a_forked_child_reaches_nothing_through_them(tmp_path: Path) -> None:
    """In the child the number leads to the empty device, as long as the parent keeps the descriptor to itself."""
    for name in ("secret", "open"):
        (tmp_path / name).write_text(name)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "secret"), str(tmp_path / "open")]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert told.stdout.splitlines() == ["b'' b'open' False", "b'secret'"]
