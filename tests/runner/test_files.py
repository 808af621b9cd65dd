"""Files written aside."""

from pathlib import Path

import pytest

from runner.files import write_aside


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
