"""Who speaks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.promotion import reviewer
from runner.settings import Settings
from tests.runner import runs


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, on a machine where git is set up for nobody."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "nothing"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "nothing"))
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


def given(checkout: Path, name: str | None = None) -> Settings:
    return runs.settings(checkout, "sqlite://", reviewer=name)


def git(checkout: Path, key: str, value: str) -> None:
    subprocess.run(["git", "-C", str(checkout), "config", key, value], check=True)


def test_the_settings_name_the_reviewer(checkout: Path) -> None:
    """Before git does; blanks around the name are nobody's."""
    git(checkout, "user.name", "Bob")
    git(checkout, "user.email", "bob@example.org")
    assert reviewer.name(given(checkout, "  Ada  Lovelace ")) == "Ada Lovelace"
    assert reviewer.name(given(checkout)) == "Bob <bob@example.org>"


def test_nobody_is_no_reviewer(checkout: Path) -> None:
    """Neither an account, nor half of what git wants to know: the message says how to be named."""
    for key, value in ((None, ""), ("user.name", "Bob")):
        if key:
            git(checkout, key, value)
        with pytest.raises(UsageError, match=r"INSIDERS_REVIEWER=.* or `git config user\.name`"):
            reviewer.name(given(checkout))


def test_a_host_without_git_says_the_same(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another way of being named is enough."""
    monkeypatch.setenv("PATH", str(checkout))
    with pytest.raises(UsageError, match="INSIDERS_REVIEWER"):
        reviewer.name(given(checkout))
    assert reviewer.name(given(checkout, "Ada")) == "Ada"
