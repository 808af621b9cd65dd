"""A user's crontab."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.errors import PreflightError, UsageError
from runner.scheduling import crontab
from runner.scheduling.crontab import Crontab
from tests.runner.scheduling.entries import an_entry

OTHERS = "# mine\n5 4 * * * /usr/bin/backup\n"


def test_an_entry_comes_and_goes(crontabs: Path) -> None:
    """Other lines stay; the same entry again changes nothing; without others the crontab goes too."""
    (crontabs / "me").write_text(OTHERS)
    entry = an_entry()
    assert Crontab().install(entry, entry.lines())
    assert not Crontab().install(entry, entry.lines())
    assert (crontabs / "me").read_text().startswith(OTHERS)
    assert Crontab().remove(entry)
    assert not Crontab().remove(entry)
    assert (crontabs / "me").read_text() == OTHERS
    (crontabs / "me").unlink()
    assert Crontab("shop").install(entry, entry.lines())
    assert Crontab("shop").remove(entry)
    assert list(crontabs.iterdir()) == []


def test_a_zone_stands_behind_all_other_lines(cronie: Path) -> None:
    """It counts for every line below it, and those are other people's."""
    entry = an_entry(of_host=False)
    lines = ["CRON_TZ=Europe/Lisbon", *entry.lines()]
    assert crontab.knows_zones()
    Crontab().install(entry, lines)
    (cronie / "me").write_text((cronie / "me").read_text() + OTHERS)
    assert Crontab().install(entry, lines)
    text = (cronie / "me").read_text()
    assert text.startswith(OTHERS)
    assert text.index("CRON_TZ") > text.index("backup")
    assert not Crontab().install(entry, lines)


def test_a_daemon_that_says_nothing_knows_no_zones(crontabs: Path) -> None:
    """Debian's own cron."""
    assert not crontab.knows_zones()


def test_what_crontab_refuses_is_told(crontabs: Path) -> None:
    """With its words; the old crontab stays."""
    (crontabs / "me").write_text(OTHERS)
    with pytest.raises(PreflightError, match="crontab refused the lines: bad minute"):
        Crontab().install(an_entry(), ["REFUSE"])
    assert (crontabs / "me").read_text() == OTHERS


def test_without_cron_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Units of systemd, or an installation."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"there is no program crontab here: install cron, or take .*--systemd"):
        Crontab().read()
    assert not crontab.knows_zones()


@pytest.fixture
def own_crontab() -> Iterator[None]:
    """The real crontab of this user, if there is cron and the user has none, which it has again afterwards."""
    if shutil.which("crontab") is None:
        pytest.skip("cron is not installed, so its own crontab program cannot be asked")
    if subprocess.run(["crontab", "-l"], capture_output=True, check=False).returncode == 0:
        pytest.skip("this user has a crontab of its own, which no test touches")
    yield
    subprocess.run(["crontab", "-r"], capture_output=True, check=False)


@pytest.mark.usefixtures("own_crontab")
def test_cron_itself_takes_the_lines() -> None:
    """The real program reads, checks and keeps them."""
    entry = an_entry()
    assert Crontab().read() == ""
    assert Crontab().install(entry, entry.lines())
    assert not Crontab().install(entry, entry.lines())
    with pytest.raises(PreflightError, match="crontab refused the lines"):
        Crontab().write("61 * * * * true\n")
    assert Crontab().remove(entry)
    assert Crontab().read() == ""
