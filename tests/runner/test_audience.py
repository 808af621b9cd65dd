"""Whoever reads what the runner says."""

import os
from pathlib import Path

import pytest

from runner.audience import Audience


def test_what_is_said_arrives(tmp_path: Path) -> None:
    """As long as the stream can be written, it is an ordinary one."""
    with (tmp_path / "log").open("w") as file:
        audience = Audience(file)
        assert audience.write("said\n") == 5
        audience.flush()
        assert audience.fileno() == file.fileno()
        assert not audience.isatty()
    assert (tmp_path / "log").read_text() == "said\n"


def test_a_reader_who_has_gone_stops_nobody() -> None:
    """Writing on into a closed pipe is silent, and so is the end of the program."""
    read, write = os.pipe()
    with os.fdopen(write, "w", buffering=1) as file:
        os.close(read)
        audience = Audience(file)
        for _ in range(3):
            assert audience.write("nobody hears this\n") == 18
            audience.flush()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_log_stops_nobody() -> None:
    """Nor does a log whose disk is full."""
    with Path("/dev/full").open("w") as file:
        audience = Audience(file)
        audience.write("x" * 100_000)
        audience.flush()
