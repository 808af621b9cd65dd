"""From what a person asks for to an entry."""

from __future__ import annotations

import dataclasses
import os
from datetime import date
from pathlib import Path

import pytest

from runner import settings
from runner.errors import PreflightError, UsageError
from runner.reading import pipeline
from runner.reading.pipeline import Pipeline
from runner.scheduling import installation, timetable
from runner.scheduling.installation import Place
from runner.scheduling.timetable import Timetable
from runner.settings import CHECKOUT, Settings
from tests.runner.scheduling.entries import an_entry


@pytest.fixture
def monthly() -> tuple[Pipeline, Settings]:
    """The pipeline of the checkout."""
    places = settings.load({}, CHECKOUT)
    return pipeline.read(pipeline.find("monthly", places), places), places


def test_the_pipeline_file_says_when(monthly: tuple[Pipeline, Settings]) -> None:
    """04:00 on the 15th, unless somebody says otherwise; in this host's zone, unless another is named."""
    asked, _ = monthly
    table = installation.timetable_of(asked, None, None, None)
    assert (table.line, table.zone) == ("0 4 15 * *", timetable.of_host())
    assert installation.timetable_of(asked, None, "05:30", "Europe/Lisbon").line == "30 5 15 * *"
    assert installation.timetable_of(asked, "0 4 1 * *", "05:30", None).line == "30 5 1 * *"
    without = asked.model_copy(update={"schedule": None})
    assert installation.timetable_of(without, None, None, None).line == timetable.DEFAULT


def test_an_entry_calls_the_runner_of_its_folder(monthly: tuple[Pipeline, Settings], tmp_path: Path) -> None:
    """Through a link that updates move, if one is named; a folder without an environment takes this one's."""
    asked, places = monthly
    table = installation.timetable_of(asked, None, None, None)
    entry = installation.entry_of(asked, "monthly", places, table)
    assert (entry.directory, entry.zone_is_host) == (CHECKOUT, True)
    assert entry.program.name == "runner"
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "runner").touch()
    (tmp_path / "current").symlink_to(tmp_path)
    linked = installation.entry_of(asked, "monthly", places, table, directory=tmp_path / "current")
    assert linked.program == tmp_path / "current" / ".venv" / "bin" / "runner"
    by_path = installation.entry_of(asked, "notebooks/monthly.yml", places, table)
    assert by_path.pipeline == str(CHECKOUT / "notebooks" / "monthly.yml")


def test_the_first_day_is_kept() -> None:
    """Who installs again does not begin anew."""
    assert installation.since_of(an_entry().lines()) == date(2026, 11, 22)
    assert installation.since_of(["0 4 15 * * x --since 2026-11-22"]) == date(2026, 11, 22)
    assert installation.since_of(None) is None


def test_a_zone_that_cron_does_not_know_is_refused(crontabs: Path) -> None:
    """Rather than run at another time; what can be done is named, and nothing is written."""
    with pytest.raises(UsageError, match=r"knows no CRON_TZ.*--systemd"):
        Place().install(an_entry(of_host=False))
    assert list(crontabs.iterdir()) == []


def test_a_zone_that_cron_knows_is_told(cronie: Path) -> None:
    """In the block, before the lines."""
    entry = an_entry(of_host=False)
    assert Place().install(entry)
    assert (Place().found(entry) or [])[0] == "CRON_TZ=Europe/Lisbon"
    assert Place().remove(entry)
    assert Place().found(entry) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root puts an entry into another user's crontab")
def test_a_user_who_cannot_run_it_is_refused(tmp_path: Path) -> None:
    """A program that is closed to the user: told at once, since cron would tell nobody."""
    tmp_path.chmod(0o755)
    program = tmp_path / "runner"
    program.write_text("#!/bin/sh\ntrue\n")
    entry = dataclasses.replace(an_entry(), program=program, directory=Path("/"))
    with pytest.raises(PreflightError, match=r"nobody cannot run .*Permission denied"):
        installation.check_reach(entry, "nobody")
    installation.check_reach(entry, None)
    installation.check_reach(entry, "root")


def test_settings_of_the_shell_alone_are_named(tmp_path: Path) -> None:
    """Cron sees what `.env` says, and nothing of this shell."""
    (tmp_path / ".env").write_text("INSIDERS_BUCKET=shop/archive\nINSIDERS_SOURCE=demo\n")
    shell = {"INSIDERS_BUCKET": "shop/archive", "INSIDERS_SOURCE": "uci:online-retail", "PATH": "/bin"}
    shell |= {"INSIDERS_PARAMETER_SEED": "1", "AWS_PROFILE": "shop", "INSIDERS_PANEL": ""}
    assert installation.unseen(tmp_path, shell) == ["AWS_PROFILE", "INSIDERS_PARAMETER_SEED", "INSIDERS_SOURCE"]


def test_lines_tell_their_timetable() -> None:
    """As it stands there, whatever the pipeline file says by now; with a user in front or without, in its zone."""
    entry = dataclasses.replace(an_entry(of_host=False), timetable=Timetable("30 5 1 * *", "Asia/Tokyo"))
    for lines in (entry.lines(), entry.lines("insiders"), ["CRON_TZ=Asia/Tokyo", *entry.lines()]):
        assert installation.timetable_in(lines) == entry.timetable
    assert installation.timetable_in(["SHELL=/bin/sh", "61 5 1 * * cd /x && runner cron run monthly"]) is None
    assert installation.timetable_in([]) is None
