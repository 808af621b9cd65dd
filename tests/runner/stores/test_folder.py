"""The folder of all runs as their archive."""

from pathlib import Path

import pytest

from runner.records import digests
from runner.stores.folder import FolderStore
from runner.stores.objects import StoreConflictError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "monthly" / "run" / "insiders.csv"
    path.parent.mkdir(parents=True)
    path.write_text("customer_id\n14646\n")
    return path


def test_a_folder_keeps_a_file_in_place(tmp_path: Path, file: Path) -> None:
    """Without a bucket nothing is copied: the object is the file."""
    kept = FolderStore(tmp_path).keep(file, digests.of_file(file))
    assert kept.uri == file.as_uri()
    assert (kept.sha256, kept.bytes, kept.version) == (digests.of_file(file), 18, None)
    assert FolderStore(tmp_path).put(file, "monthly/run/insiders.csv", kept.sha256) == kept


def test_a_folder_takes_no_file_from_elsewhere(tmp_path: Path, file: Path) -> None:
    """A file outside it, or under another name than its own, is a conflict."""
    with pytest.raises(StoreConflictError, match="not in its place"):
        FolderStore(tmp_path).put(file, "monthly/other/insiders.csv", digests.of_file(file))
    with pytest.raises(StoreConflictError, match="not in its place"):
        FolderStore(tmp_path / "elsewhere").keep(file, digests.of_file(file))


def test_a_file_that_was_altered_is_a_conflict(tmp_path: Path, file: Path) -> None:
    """What the record says of a file is what counts."""
    with pytest.raises(StoreConflictError, match="was altered"):
        FolderStore(tmp_path).keep(file, "0" * 64)


def test_an_anchor_beside_the_ledger_is_none(tmp_path: Path) -> None:
    """What lies in the same folder proves nothing, so nothing is written."""
    FolderStore(tmp_path).write("ledger/a.json", b"{}")
    assert not list(tmp_path.iterdir())
