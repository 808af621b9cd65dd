"""The lines that cron is told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from runner.errors import UsageError
from tests.runner.scheduling.entries import an_entry


def test_an_entry_is_two_lines() -> None:
    """The run when it is due, and every day a look at the last one; without settings, without credentials."""
    run, check = an_entry().lines()
    assert run == "0 4 15 * * cd /srv/insiders && /srv/insiders/.venv/bin/runner cron run monthly"
    assert check == (
        "5 12 * * * cd /srv/insiders && /srv/insiders/.venv/bin/runner cron check monthly "
        "--since 2026-11-22 --schedule '0 4 15 * *'"
    )
    assert dataclasses.replace(an_entry(), checked=False).lines("insiders") == [
        "0 4 15 * * insiders cd /srv/insiders && /srv/insiders/.venv/bin/runner cron run monthly"
    ]


def test_what_cron_would_misread_is_written_so_that_it_does_not() -> None:
    """A percent sign ends a command of cron; a space parts words; a line break is refused."""
    odd = dataclasses.replace(an_entry(), directory=Path("/srv/100% in"), log=Path("/var/log/a b.jsonl"))
    assert r"cd '/srv/100\% in' && " in odd.lines()[0]
    assert "--log '/var/log/a b.jsonl'" in odd.lines()[0]
    with pytest.raises(UsageError, match="line break"):
        dataclasses.replace(an_entry(), directory=Path("/srv/a\nb")).lines()
    with pytest.raises(UsageError, match="cron takes 900"):
        dataclasses.replace(an_entry(), directory=Path("/srv" + "/deep" * 200)).lines()


def test_another_zone_goes_with_the_command() -> None:
    """So that the run knows which day it is."""
    assert all("--zone Europe/Lisbon" in line for line in an_entry(of_host=False).lines())


def test_names_of_files_hold_no_dot() -> None:
    """Cron skips files of the system whose names hold one."""
    assert dataclasses.replace(an_entry(), label="stores.v2").file_name == "insiders-stores-v2"
