"""The checkout as git sees it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runner.origins import checkout
from runner.secrecy.redaction import Redactor


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of files of several kinds."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / ".gitignore").write_text("ignored\n")
    (folder / "a.py").write_text("1\n")
    (folder / "data.bin").write_bytes(bytes(range(256)) * 20)
    (folder / "gone.txt").write_text("gone\n" * 50)
    (folder / "moved.txt").write_text("moved\n" * 50)
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one")


def contents(folder: Path) -> dict[str, object]:
    """What lies in a folder, git's own files apart."""
    return {
        path.relative_to(folder).as_posix(): path.readlink().as_posix()
        if path.is_symlink()
        else (path.read_bytes(), path.stat().st_mode & 0o100)
        for path in folder.rglob("*")
        if ".git" not in path.relative_to(folder).parts and (path.is_symlink() or path.is_file())
    }


def test_a_clean_checkout_is_its_commit(repository: Path) -> None:
    """Commit and branch, and nothing that differs."""
    found = checkout.of_checkout(repository)
    assert (len(found["commit"]), found["branch"], found["dirty"], found["diff_sha256"]) == (40, "main", False, None)


def test_every_change_changes_the_digest(repository: Path) -> None:
    """A changed file, a new one, and another content of it each give another digest; ignored files give none."""
    digests = []
    (repository / "ignored").write_text("x")
    assert checkout.of_checkout(repository)["dirty"] is False
    for name, content in (("a.py", "2\n"), ("b.py", "1\n"), ("b.py", "2\n")):
        (repository / name).write_text(content)
        found = checkout.of_checkout(repository)
        assert found["dirty"] is True
        digests.append(found["diff_sha256"])
    assert len(set(digests)) == 3


def test_the_kept_patch_makes_the_commit_into_what_was_there(repository: Path, tmp_path: Path) -> None:
    """Changed, new, removed and moved files, binary ones, links, modes and odd names come back by `git apply`."""
    (repository / "a.py").write_bytes(b"2\r\nno line end")
    (repository / "data.bin").write_bytes(bytes(reversed(range(256))) * 30)
    (repository / "gone.txt").unlink()
    (repository / "moved.txt").rename(repository / "moved there.txt")
    (repository / "sub" / "deep").mkdir(parents=True)
    (repository / "sub" / "deep" / "ä new\nline.py").write_text("x = 1")
    (repository / "new.bin").write_bytes(b"\0\1\2" * 100)
    (repository / "empty").touch()
    (repository / "link").symlink_to("a.py")
    (repository / "latin.txt").write_bytes("Käse\n".encode("latin-1"))
    (repository / "tool").write_text("#!/bin/sh\n")
    (repository / "tool").chmod(0o755)
    git(repository, "add", "tool")
    before, kept = git(repository, "status", "--porcelain"), tmp_path / "run"
    kept.mkdir()
    found = checkout.of_checkout(repository, kept)
    assert found["diff_sha256"] == hashlib.sha256((kept / "changes.diff").read_bytes()).hexdigest()
    assert (found["diff_file"], found["diff_note"]) == ("changes.diff", None)
    assert git(repository, "status", "--porcelain") == before
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "again"), "HEAD")
    git(tmp_path / "again", "apply", "--whitespace=nowarn", str(kept / "changes.diff"))
    assert contents(tmp_path / "again") == contents(repository)


def test_nothing_of_a_repository_is_run(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hooks, file watchers, external diffs and text conversions stay unused; the environment leads nowhere else."""
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.trap.textconv", "diff.trap.command", "core.pager"):
        git(repository, "config", name, str(trap))
    git(repository, "config", "diff.noprefix", "true")
    git(repository, "config", "color.ui", "always")
    (repository / ".gitattributes").write_text("*.py diff=trap\n")
    (repository / "a.py").write_text("2\n")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    found = checkout.changes(repository)
    assert b"+++ b/a.py\n" in (found.patch or b"")
    assert not (tmp_path / "sprung").exists()


def test_large_changes_leave_only_their_digest(repository: Path, tmp_path: Path) -> None:
    """Above the limit nothing is kept, the record says so, and another content still gives another digest."""
    (repository / "big.bin").write_bytes(os.urandom(3000))
    first = checkout.changes(repository, limit=1000)
    assert first.patch is None
    assert "more than 0.001 MB" in (first.note or "")
    (repository / "big.bin").write_bytes(os.urandom(3000))
    assert checkout.changes(repository, limit=1000).sha256 != first.sha256
    (repository / "big.bin").write_bytes(bytes(30_000))
    assert checkout.changes(repository, limit=1000).patch is None


def test_secrets_are_taken_out_of_what_is_kept(repository: Path, tmp_path: Path) -> None:
    """A text loses its secret, and the note says that the patch is not whole; a binary file with one is not kept."""
    redactor = Redactor.of(["hush-hush"])
    (repository / "a.py").write_text("password = 'hush-hush'\n")
    found = checkout.of_checkout(repository, tmp_path, redactor)
    assert b"hush" not in (tmp_path / "changes.diff").read_bytes()
    assert found["diff_note"] == "a secret was taken out"
    (tmp_path / "changes.diff").unlink()
    (repository / "a.py").write_text("1\n")
    (repository / "data.bin").write_bytes(b"\0\0hush-hush\0")
    found = checkout.of_checkout(repository, tmp_path, redactor)
    assert not (tmp_path / "changes.diff").exists()
    assert "a secret stands in them" in found["diff_note"]


def test_a_repository_without_a_commit_has_changes_only(tmp_path: Path) -> None:
    """Everything in it is new."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.py").write_text("1\n")
    found = checkout.of_checkout(tmp_path)
    assert (found["commit"], found["dirty"]) == (None, True)
    assert b"+1\n" in (checkout.changes(tmp_path).patch or b"")


def test_without_git_nothing_is_claimed(tmp_path: Path) -> None:
    """A folder that is no repository has no commit, and is neither clean nor dirty."""
    assert set(checkout.of_checkout(tmp_path).values()) == {None}


def test_a_folder_inside_a_foreign_repository_is_not_its_commit(repository: Path) -> None:
    """An installation that lies in somebody's repository without belonging to it claims nothing; a part of it does."""
    (repository / "elsewhere").mkdir()
    (repository / "elsewhere" / "a.py").write_text("1\n")
    assert set(checkout.of_checkout(repository / "elsewhere").values()) == {None}
    commit(repository)
    (repository / "a.py").write_text("2\n")
    found = checkout.of_checkout(repository / "elsewhere")
    assert (len(found["commit"]), found["dirty"]) == (40, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_checkout_of_another_user_is_read(repository: Path) -> None:
    """Cron may be another user than the one who cloned; git's refusal must not read as `no version control`."""
    for path in (repository, *repository.rglob("*")):
        shutil.chown(path, "nobody")
    assert checkout.of_checkout(repository)["commit"]
