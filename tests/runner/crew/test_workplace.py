"""Working folders and the way home."""

import os
from pathlib import Path

import pytest

from runner.crew import workplace


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A run folder with one table."""
    (tmp_path / "shop" / "run" / "tables").mkdir(parents=True)
    (tmp_path / "shop" / "run" / "tables" / "one.txt").write_text("one")
    return tmp_path / "shop" / "run"


@pytest.fixture
def work(tmp_path: Path, home: Path) -> Path:
    """The working folder of a step that needs the table."""
    made = workplace.of_step(tmp_path / "spool" / "run", home, "step")
    workplace.make(made, home, ("tables", "artifacts"), ["tables/one.txt"])
    return made


def test_what_a_step_needs_lies_there(work: Path) -> None:
    """Its rooms are there, and in them the files of the steps it needs."""
    assert (work / "tables" / "one.txt").read_text() == "one"
    assert (work / "artifacts").is_dir()


def test_files_come_home_once(work: Path, home: Path) -> None:
    """A file is brought in the place of an older one, and bringing it twice changes nothing."""
    (work / "artifacts" / "deep").mkdir()
    (work / "artifacts" / "deep" / "two.txt").write_text("two")
    workplace.bring_home(work, home, ["artifacts/deep/two.txt"])
    (work / "artifacts" / "deep" / "two.txt").unlink()
    (work / "artifacts" / "deep" / "two.txt").write_text("three")
    for _ in range(2):
        workplace.bring_home(work, home, ["artifacts/deep/two.txt"])
    assert (home / "artifacts" / "deep" / "two.txt").read_text() == "three"
    assert [path.name for path in (home / "artifacts" / "deep").iterdir()] == ["two.txt"]


def test_a_file_system_without_links_copies(work: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where links are refused the files are copied."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    (work / "tables" / "two.txt").write_text("two")
    workplace.bring_home(work, home, ["tables/two.txt"])
    assert (home / "tables" / "two.txt").stat().st_ino != (work / "tables" / "two.txt").stat().st_ino


def test_what_a_vanished_run_left_is_rescued(work: Path, home: Path) -> None:
    """What nobody has brought home comes home, and nothing that is there is touched."""
    (work / "tables" / "two.txt").write_text("two")
    (work / "tables" / "one.txt").unlink()
    (work / "tables" / "one.txt").write_text("other")
    workplace.rescue(home)
    assert (home / "tables" / "two.txt").read_text() == "two"
    assert (home / "tables" / "one.txt").read_text() == "one"
