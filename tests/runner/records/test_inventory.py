"""The inventory of a run folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.records import digests, inventory
from runner.records.record import FileRecord


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("run.json", "journal.jsonl", "tables/a.parquet", "tables/inputs/b", "inputs/deep/c", ".x.1.aside"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / "tables" / "run.json").write_text("another's")
    (tmp_path / "tables" / "link").symlink_to("/etc/hostname")
    (tmp_path / "artifacts").mkdir()
    return tmp_path


def of(folder: Path, path: str) -> FileRecord:
    return FileRecord(path, (folder / path).stat().st_size, digests.of_file(folder / path))


def test_every_file_is_listed_once(folder: Path) -> None:
    """By its step, or with the rest; manifest, inputs, links and what is half written are no part of it."""
    table = of(folder, "tables/a.parquet")
    found = inventory.take(folder, {"eda": [table], "report": []})
    assert [file.path for file in found.files] == ["journal.jsonl", "tables/run.json", "tables/inputs/b"]
    assert found.faults == []


def test_a_file_of_two_steps_is_the_last_ones(folder: Path) -> None:
    """The record of the first is not true any more, and nothing needs to be said of it."""
    now, before = of(folder, "tables/a.parquet"), FileRecord("tables/a.parquet", 1, "0" * 64)
    found = inventory.take(folder, {"eda": [before], "report": [now]})
    assert now not in found.files
    assert found.faults == []


def test_what_is_gone_or_altered_is_told(folder: Path) -> None:
    """With the step that had written it; what lies there instead is listed after the steps."""
    listed = {"eda": [FileRecord("tables/a.parquet", 1, "0" * 64), FileRecord("tables/gone", 1, "0" * 64)]}
    found = inventory.take(folder, listed)
    assert of(folder, "tables/a.parquet") in found.files
    assert (found.altered, found.gone) == ({"tables/a.parquet": "eda"}, {"tables/gone": "eda"})
    assert found.faults == [
        "tables/gone, which eda wrote, is gone",
        "tables/a.parquet, which eda wrote, was altered after it",
    ]
