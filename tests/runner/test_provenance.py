"""Where a run comes from."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from runner import provenance


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / ".gitignore").write_text("ignored\n")
    (tmp_path / "a.py").write_text("1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_a_clean_checkout_is_its_commit(repository: Path) -> None:
    """Commit and branch, and nothing that differs."""
    found = provenance.of_checkout(repository)
    assert (len(found["commit"]), found["branch"], found["dirty"], found["diff_sha256"]) == (40, "main", False, None)


def test_every_change_changes_the_digest(repository: Path) -> None:
    """A changed file, a new one, and another content of it each give another digest; ignored files give none."""
    digests = []
    (repository / "ignored").write_text("x")
    assert provenance.of_checkout(repository)["dirty"] is False
    for name, content in (("a.py", "2\n"), ("b.py", "1\n"), ("b.py", "2\n")):
        (repository / name).write_text(content)
        found = provenance.of_checkout(repository)
        assert found["dirty"] is True
        digests.append(found["diff_sha256"])
    assert len(set(digests)) == 3


def test_without_git_nothing_is_claimed(tmp_path: Path) -> None:
    """A folder that is no repository has no commit, and is neither clean nor dirty."""
    assert set(provenance.of_checkout(tmp_path).values()) == {None}


def test_a_run_knows_lock_host_and_user(repository: Path) -> None:
    """The lock's digest is there once there is a lock."""
    assert provenance.of_run(repository)["lock_sha256"] is None
    (repository / provenance.LOCK).write_text("numpy==2\n")
    found = provenance.of_run(repository)
    assert len(found["lock_sha256"]) == 64
    assert all(found[name] for name in ("python", "host", "user", "pid", "process_started"))


def test_the_code_digest_follows_imported_packages_of_the_checkout(repository: Path) -> None:
    """Only what lies in the checkout and is imported counts."""
    (repository / "shop").mkdir()
    (repository / "shop" / "__init__.py").write_text("")
    first = provenance.code_digest(repository, {"shop", "numpy"})
    assert first == provenance.code_digest(repository, {"shop", "pandas"})
    assert first != provenance.code_digest(repository, {"a"})
    (repository / "shop" / "__init__.py").write_text("x = 1\n")
    assert first != provenance.code_digest(repository, {"shop"})


def test_the_content_key_follows_all_that_decides() -> None:
    """Notebook, values, what came before, and the environment; not the order in which values are named."""
    base: dict[str, Any] = {"notebook": "n", "values": {"a": 1, "b": "x"}, "before": ["k"], "environment": ["c", None]}
    changes: list[dict[str, Any]] = [
        {},
        {"notebook": "m"},
        {"values": {"a": 1.0, "b": "x"}},
        {"before": ["j"]},
        {"environment": ["c", "l"]},
    ]
    keys = [key(**{**base, **change}) for change in changes]
    assert len(set(keys)) == len(changes)
    assert key(**{**base, "values": {"b": "x", "a": 1}}) == keys[0]


def key(notebook: str, values: dict[str, object], before: list[str], environment: list[str | None]) -> str:
    return provenance.content_key(notebook, values, before=before, environment=environment)
