"""HTML pages as files."""

from __future__ import annotations

from pathlib import Path

from insiders import pages


def test_written_into_place(tmp_path: Path) -> None:
    """The page is written as UTF-8, and nothing half-written stays beside it."""
    path = pages.write(tmp_path / "artifacts" / "report.html", "<p>é</p>")
    assert path.read_text(encoding="utf-8") == "<p>é</p>"
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
