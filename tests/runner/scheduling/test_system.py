"""Files in `/etc/cron.d`."""

from __future__ import annotations

import dataclasses
import getpass
from pathlib import Path

import pytest

from runner.errors import PreflightError, UsageError
from runner.scheduling import system
from tests.runner.scheduling.entries import an_entry

USER = getpass.getuser()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the system's."""
    monkeypatch.setattr(system, "FOLDER", tmp_path)
    return tmp_path


def test_a_file_comes_and_goes(folder: Path) -> None:
    """It names user, shell and PATH, ends with a line, and only its owner may write it; twice is as once."""
    entry = an_entry()
    content = system.text(entry, USER, zone=False)
    assert system.install(entry, content)
    assert not system.install(entry, content)
    path = folder / "insiders-monthly"
    assert oct(path.stat().st_mode & 0o777) == "0o644"
    assert f"\n0 4 15 * * {USER} cd /srv/insiders && " in path.read_text()
    assert path.read_text().endswith("\n")
    assert "CRON_TZ" not in content
    assert "CRON_TZ=Europe/Lisbon\n" in system.text(entry, USER, zone=True)
    assert system.read(entry) == content
    assert system.remove(entry)
    assert not system.remove(entry)


def test_another_checkouts_file_is_left_alone(folder: Path) -> None:
    """Two checkouts share the name of a pipeline: whoever was first keeps the file, and the other is told."""
    entry = an_entry()
    system.install(entry, system.text(entry, USER, zone=False))
    other = dataclasses.replace(entry, directory=Path("/srv/other"))
    for act in (lambda: system.install(other, "x"), lambda: system.remove(other)):
        with pytest.raises(UsageError, match="was not written for monthly in /srv/other"):
            act()


def test_a_user_without_a_home_gets_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some daemons start nothing for a user whose home is not there."""
    assert "HOME=" not in system.text(an_entry(), "root", zone=False) or not Path("/root").is_dir()
    monkeypatch.setattr(system, "_has_home", lambda _: False)
    assert "\nHOME=/\n" in system.text(an_entry(), USER, zone=False)


def test_who_may_not_write_there_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As is who names a user that the host does not have."""
    monkeypatch.setattr(system, "FOLDER", folder / "nowhere")
    with pytest.raises(PreflightError, match="is written by root"):
        system.install(an_entry(), "x")
    with pytest.raises(UsageError, match="has no such user"):
        system.check_user("nobody-of-that-name")
    system.check_user(USER)
