"""A run's folder on its way off the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import RecordError
from runner.keeping import removal


def test_a_folder_is_out_of_the_archive_before_its_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be removed leaves the rest under another name, and the fault says which it was."""
    folder = tmp_path / "small" / "019a0000-0000-7000-8000-000000000000"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("os.unlink", refuse)
        with pytest.raises(RecordError, match="repeat the command"):
            removal.remove(folder)
    assert not folder.exists()
    removal.sweep(tmp_path, {folder.name})
    assert list((tmp_path / "small").iterdir()) == []


def test_only_what_was_pruned_is_swept(tmp_path: Path) -> None:
    """A folder of that name which the ledger does not tell of, or a link, is not ours to remove."""
    names = ("019a0000-0000-7000-8000-000000000000", "019a0000-0000-7000-8000-000000000001")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").write_text("mine")
    (tmp_path / "small" / f".{names[0]}.pruned").mkdir(parents=True)
    (tmp_path / "small" / f".{names[1]}.pruned").symlink_to(elsewhere)
    removal.sweep(tmp_path, {names[1]})
    assert len(list((tmp_path / "small").iterdir())) == 2
    assert (elsewhere / "mine").exists()


def test_a_folder_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    """Somebody else was quicker."""
    removal.remove(tmp_path / "019a0000-0000-7000-8000-000000000000")
