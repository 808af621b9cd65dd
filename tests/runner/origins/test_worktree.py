"""The code of an earlier run, brought back; what becomes of whole runs is in `commands/test_rerun.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.origins import checkout, worktree


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose checkout is a folder in it."""
    folder = tmp_path / "repository"
    (folder / "shop").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "shop" / "till.py").write_text("x = 1\n")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one")
    return folder


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout


def test_changes_are_put_back_and_everything_is_removed(repository: Path, tmp_path: Path) -> None:
    """Also where the checkout is only a part of its repository; the checkout itself stays as it is."""
    shop, kept = repository / "shop", tmp_path / "run"
    kept.mkdir()
    (shop / "till.py").write_text("x = 2\n")
    (shop / "new.bin").write_bytes(bytes(range(256)))
    facts = checkout.of_checkout(shop, kept)
    git(repository, "checkout", "-q", ".")
    (shop / "new.bin").unlink()
    with worktree.of_run(shop, facts, kept) as place:
        assert (place / "till.py").read_text() == "x = 2\n"
        assert (place / "new.bin").read_bytes() == bytes(range(256))
        assert place.name == "shop"
    assert not place.exists()
    assert (shop / "till.py").read_text() == "x = 1\n"
    assert git(repository, "status", "--porcelain") == ""
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_a_hook_of_the_repository_is_not_run(repository: Path, tmp_path: Path) -> None:
    """A worktree is made by a checkout, after which git calls `post-checkout`, if there is one."""
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    hook.chmod(0o755)
    with worktree.of_run(repository, checkout.of_checkout(repository), tmp_path):
        pass
    assert not (tmp_path / "sprung").exists()


def test_without_a_commit_there_is_no_code(repository: Path, tmp_path: Path) -> None:
    """The message says what can be done instead."""
    facts = {**checkout.of_checkout(repository), "commit": None}
    with (
        pytest.raises(UsageError, match="names no commit; --current-code"),
        worktree.of_run(repository, facts, tmp_path),
    ):
        pass


def test_kernels_import_from_the_worktree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes before what is installed and before what the environment names, and only for so long."""
    for name in ("then", "now"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "shop_of_tests.py").write_text(f"WHEN = {name!r}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "now"))
    program = [sys.executable, "-c", "import shop_of_tests; print(shop_of_tests.WHEN)"]
    with worktree.imported_by_kernels(tmp_path / "then"):
        assert subprocess.run(program, check=True, capture_output=True, text=True).stdout == "then\n"
    assert os.environ["PYTHONPATH"] == str(tmp_path / "now")
    monkeypatch.delenv("PYTHONPATH")
    with worktree.imported_by_kernels(tmp_path / "then"):
        assert os.environ["PYTHONPATH"] == str(tmp_path / "then")
    assert "PYTHONPATH" not in os.environ
