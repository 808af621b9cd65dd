"""Files written aside."""

from __future__ import annotations

import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runner.files import write_aside

WRITES_AND_WAITS = """
import os, sys
from pathlib import Path
from runner.files import write_aside

def wait(*_):
    print("half", flush=True)
    sys.stdin.read()

os.fsync = wait
write_aside(Path(sys.argv[1]), b"never seen")
"""


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """The new content is there, and nothing lies beside it."""
    path = tmp_path / "a.json"
    write_aside(path, b"old")
    write_aside(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_content(tmp_path: Path) -> None:
    """Where the new file cannot be moved into place, nothing is left of it."""
    path = tmp_path / "a"
    path.mkdir()
    (path / "kept").touch()
    with pytest.raises(OSError, match="directory"):
        write_aside(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    """What was private stays private, and a new file is as open as the process's mask lets it be."""
    path = tmp_path / "a"
    write_aside(path, b"old")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    path.chmod(0o600)
    write_aside(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_in_the_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """A link that a notebook has planted does not lead the writer elsewhere."""
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "run.json"
    elsewhere.write_bytes(b"kept")
    path.symlink_to(elsewhere)
    write_aside(path, b"new")
    assert not path.is_symlink()
    assert (path.read_bytes(), elsewhere.read_bytes()) == (b"new", b"kept")


def test_threads_write_one_file(tmp_path: Path) -> None:
    """Of many threads that write the same file each writes all of it, and the last one stays."""
    path = tmp_path / "a"
    contents = [bytes([65 + number]) * 300_000 for number in range(8)]
    threads = [threading.Thread(target=write_aside, args=(path, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    """The name beside the place is longer, but not too long for the longest names of steps and notebooks."""
    path = tmp_path / f"{'a' * 200}.ipynb"
    write_aside(path, b"new")
    assert path.read_bytes() == b"new"


def test_the_next_writer_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    """The half of a killed process goes with the next write into the folder, that of a living process stays."""
    path = tmp_path / "a"
    command = [sys.executable, "-c", WRITES_AND_WAITS, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"half\n"
            (half,) = tmp_path.iterdir()
            write_aside(tmp_path / "b", b"while it lives")
            assert half.exists()
        finally:
            writer.kill()
    write_aside(tmp_path / "c", b"once it is dead")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["b", "c"]


def _read(path: Path, over: threading.Event, torn: multiprocessing.Queue[int]) -> None:
    seen = 0
    while not over.is_set():
        content = path.read_bytes()
        seen += len(set(content)) != 1 or len(content) != 1 << 20
    torn.put(seen)


def test_a_reader_never_meets_half(tmp_path: Path) -> None:
    """A process that reads all the while meets the old content or the new one, whole."""
    path = tmp_path / "a"
    write_aside(path, b"0" * (1 << 20))
    context = multiprocessing.get_context("spawn")
    over, torn = context.Event(), context.Queue()
    reader = context.Process(target=_read, args=(path, over, torn))
    reader.start()
    for number in range(100):
        write_aside(path, bytes([48 + number % 10]) * (1 << 20))
    over.set()
    assert torn.get(timeout=20) == 0
    reader.join()
