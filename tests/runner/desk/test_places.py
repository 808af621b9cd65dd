"""Which files of a run may be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.desk import places
from runner.errors import RecordError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder beside something that is none of its business."""
    (tmp_path / "secret").write_text("x")
    made = tmp_path / "run"
    (made / "tables").mkdir(parents=True)
    (made / "tables" / "a b.csv").write_text("1")
    (made / "link").symlink_to(tmp_path / "secret")
    (made / "linked").symlink_to(tmp_path)
    return made


def test_a_plain_file_is_had(folder: Path) -> None:
    """A path below the run folder leads to its file."""
    assert places.inside(folder, "tables/a b.csv") == folder / "tables" / "a b.csv"


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "../secret", "tables/../../secret", "/etc/passwd", "link", "linked/secret", "tables", "none",
     "tables//a b.csv", "./tables/a b.csv", "a\0b", "a" * 300, "b/" * 600, "\u202egnp.exe"],
)  # fmt: skip
def test_nothing_else_is_had(folder: Path, path: str) -> None:
    """No link, no way up, no folder, no odd spelling."""
    with pytest.raises(RecordError):
        places.inside(folder, path)
