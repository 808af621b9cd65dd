"""Files of two runs by their digests."""

from __future__ import annotations

from pathlib import Path

from runner.comparison import files
from tests.runner.comparison.sides import sides, step


def file(path: str, digest: str, size: int = 1) -> dict[str, object]:
    return {"path": path, "sha256": digest, "bytes": size}


def test_files_that_differ_come_and_go_are_told(tmp_path: Path) -> None:
    """With their sizes; copies of notebooks are compared in another way."""
    old = step(files=[file("eda.ipynb", "1"), file("a.csv", "1"), file("b.csv", "1", 7), file("c.csv", "1")])
    new = step(files=[file("eda.ipynb", "2"), file("a.csv", "1"), file("b.csv", "2", 8), file("d.csv", "1")])
    found = files.changes(*sides(tmp_path, old, new))
    assert [(one.path, one.before_sha256, one.after_sha256) for one in found] == [
        ("b.csv", "1", "2"),
        ("c.csv", "1", None),
        ("d.csv", None, "1"),
    ]
    assert (found[0].before_bytes, found[0].after_bytes) == (7, 8)
