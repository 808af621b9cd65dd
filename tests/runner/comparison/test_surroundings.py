"""Where and with what two runs went."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runner.comparison import surroundings
from runner.comparison.side import Side
from tests.runner.comparison.sides import side, step


def pair(place: Path, before: dict[str, Any], after: dict[str, Any]) -> tuple[Side, Side]:
    """Two runs with these facts of their surroundings; `code` is what their step imported."""
    found = []
    for later, facts in enumerate((before, after)):
        content = {"kernel": facts.pop("kernel", "python3"), "code": facts.pop("code", {})}
        origin = {"python": "3.11.7", "host": "one", "user": "ada", "git": {"commit": None, "dirty": None}, **facts}
        found.append(side(place, step(content=content), later=bool(later), provenance=origin))
    return found[0], found[1]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """A repository with two commits: their names, and the digests of their lock files."""
    place = tmp_path_factory.mktemp("checkout")
    commits, locks = [], []
    for number, version in enumerate(("1.0", "1.1")):
        lock = f"numpy=={version} \\\n    --hash=sha256:a\npandas==2.0\n{'new==1 ; x' if number else 'old==1'}\n"
        (place / "requirements.lock").write_text(lock)
        (place / "shop").mkdir(exist_ok=True)
        (place / "shop" / "sales.py").write_text(version)
        for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["rev-parse", "HEAD"]):
            who = ["-c", "user.name=a", "-c", "user.email=a@b"]
            said = subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True, text=True).stdout
        commits.append(said.strip())
        locks.append(hashlib.sha256(lock.encode()).hexdigest())
    return place, commits, locks


def test_packages_are_named_where_both_lock_files_are_at_hand(
    tmp_path: Path, checkout: tuple[Path, list[str], list[str]]
) -> None:
    """From git, and only if their digest is the recorded one."""
    place, commits, locks = checkout
    told = [
        {"git": {"commit": one, "dirty": False}, "lock_sha256": lock} for one, lock in zip(*checkout[1:], strict=True)
    ]
    found = surroundings.environment(*pair(tmp_path, *map(dict, told)), place)
    assert [(one.name, one.before, one.after) for one in found] == [
        ("new", None, "1"),
        ("numpy", "1.0", "1.1"),
        ("old", "1", None),
    ]
    told[0]["lock_sha256"] = "f" * 64
    found = surroundings.environment(*pair(tmp_path, *map(dict, told)), place)
    assert [(one.name, one.before, one.after) for one in found] == [("requirements.lock", "f" * 12, locks[1][:12])]
    assert commits[0] != commits[1]


def test_python_platform_and_kernel_are_told(tmp_path: Path) -> None:
    """And packages that were installed beside the lock file, which no record names."""
    before = {"packages_sha256": "a" * 64, "platform": "Linux"}
    after = {"packages_sha256": "b" * 64, "platform": "Darwin", "python": "3.12.1", "kernel": "other"}
    found = surroundings.environment(*pair(tmp_path, before, after), tmp_path)
    assert {one.name: (one.before, one.after) for one in found} == {
        "python": ("3.11.7", "3.12.1"),
        "platform": ("Linux", "Darwin"),
        "kernel": ("python3", "other"),
        "installed packages": ("a" * 12, "b" * 12),
    }


def test_modules_are_told_with_the_files_that_git_knows(
    tmp_path: Path, checkout: tuple[Path, list[str], list[str]]
) -> None:
    """A package of the checkout that is not as it was."""
    place, commits, _ = checkout
    git = [
        {"git": {"commit": one, "dirty": False}, "code": {"shop": name, "same": "x"}}
        for one, name in zip(commits, "ab", strict=True)
    ]
    (found,) = surroundings.modules(*pair(tmp_path, *git), place)
    assert (found.name, found.before, found.after, found.files) == ("shop", "a", "b", ("shop/sales.py",))


def test_a_commit_that_is_none_is_not_asked_for(tmp_path: Path, checkout: tuple[Path, list[str], list[str]]) -> None:
    """A record could name anything, an option of git too."""
    odd = [{"git": {"commit": one}, "code": {"shop": name}} for one, name in (("--output=x", "a"), ("HEAD", "b"))]
    (found,) = surroundings.modules(*pair(tmp_path, *odd), checkout[0])
    assert found.files == ()


def test_host_and_user_are_circumstances(tmp_path: Path) -> None:
    """They differ, and are no part of the environment."""
    runs = pair(tmp_path, {"host": "one"}, {"host": "two"})
    assert surroundings.environment(*runs, tmp_path) == ()
    assert [one.name for one in surroundings.circumstances(*runs)] == ["host"]
    assert [(one.step, one.before_s, one.after_s) for one in surroundings.timings(*runs)] == [
        ("", 300.0, 301.0),
        ("eda", 1.0, 1.0),
    ]


def test_a_path_is_no_name_of_a_module(tmp_path: Path) -> None:
    """A record that names one leads nobody to read there."""
    names = ["insiders", "/", "..", "../up", "a.b", ""]
    (told,) = [side(tmp_path, step(content={"code": dict.fromkeys(names, "0" * 64)}))]
    assert list(surroundings.module_digests(told)) == ["insiders"]
