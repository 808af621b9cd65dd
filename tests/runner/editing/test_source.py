"""The notebook of a step as the run saw it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.editing import source
from runner.errors import RecordError
from runner.origins import provenance
from runner.reading import notebooks
from tests.runner.editing.conftest import Stopped


def restored(run: Stopped, target: Path, **facts: object) -> str:
    """Where the notebook of the failed step comes from; what lies at `target` is what the run saw."""
    step = {**run.step("item"), **facts}
    said = source.restore(run.folder, run.manifest, step, run.notebooks / "item.ipynb", target)
    assert notebooks.read(target).sha256 == step["notebook_sha256"]
    return said


def change(run: Stopped) -> None:
    """Let somebody mend the notebook after the run."""
    path = run.notebooks / "item.ipynb"
    path.write_text(path.read_text().replace("no such level", "none such"))


def test_the_notebook_that_has_not_changed_is_taken(ran: Stopped, tmp_path: Path) -> None:
    """Also where the run is lost and has left no copy."""
    assert restored(ran, tmp_path / "a.ipynb", files=[]) == "item.ipynb as it is now"


def test_one_that_has_changed_comes_from_the_executed_copy(copied: Callable[[], Stopped], tmp_path: Path) -> None:
    """Without the cells and outputs that the runner has added to it."""
    run = copied()
    change(run)
    assert "as the run's executed copy has it, since it has changed" in restored(run, tmp_path / "a.ipynb")
    (run.notebooks / "item.ipynb").unlink()
    assert "since item.ipynb is no longer in" in restored(run, tmp_path / "a.ipynb")


def test_one_that_git_has_comes_from_its_commit(copied: Callable[[], Stopped], tmp_path: Path) -> None:
    """The one that the run's record names."""
    run = copied()
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm a"):
        subprocess.run(["git", "-C", str(run.notebooks), *command.split()], check=True)
    found = subprocess.run(["git", "-C", str(run.notebooks), "rev-parse", "HEAD"], check=True, capture_output=True)
    commit = found.stdout.decode().strip()
    run.manifest = {**run.manifest, "provenance": {"git": {"commit": commit}}}
    change(run)
    assert restored(run, tmp_path / "a.ipynb", files=[]) == f"item.ipynb as in commit {commit[:12]}"


def test_one_that_is_nowhere_is_said(copied: Callable[[], Stopped], tmp_path: Path) -> None:
    """A copy that was altered since is no source, and nothing is left behind."""
    run = copied()
    change(run)
    (run.folder / "item.ipynb").write_text("{}")
    with pytest.raises(RecordError, match="is not to be had as the run saw it: it has changed since"):
        restored(run, tmp_path / "a.ipynb")
    assert not (tmp_path / "a.ipynb").exists()


def test_a_commit_that_is_none_is_not_asked_for(copied: Callable[[], Stopped], tmp_path: Path) -> None:
    """An option of git in its place is no commit."""
    run = copied()
    change(run)
    run.manifest = {**run.manifest, "provenance": {"git": {"commit": f"--output={tmp_path}/x"}}}
    assert "executed copy" in restored(run, tmp_path / "a.ipynb")
    assert not (tmp_path / "x").exists()


def test_a_module_that_has_changed_since_is_named(tmp_path: Path) -> None:
    """One that is gone, too; what is no name of a module is no place to look at."""
    (tmp_path / "shop.py").write_text("a = 1")
    (tmp_path / "same.py").write_text("a = 1")
    then = {**provenance.code_digests((tmp_path,), ["shop", "same"]), "gone": "0" * 64, "/": "0", "../up": "0"}
    assert source.changed({"content": {"code": then}}, (tmp_path,)) == ["gone"]
    (tmp_path / "shop.py").write_text("a = 2")
    assert source.changed({"content": {"code": then}}, (tmp_path,)) == ["gone", "shop"]
    assert source.changed({"content": None}, (tmp_path,)) == []
