"""Units of systemd for what cron would do."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

from runner.scheduling import systemd
from tests.runner.scheduling.entries import an_entry


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("0 4 15 * *", ["*-*-15 4:0:00"]),
        ("*/10 8-18/2 * * 1-5", ["Mon,Tue,Wed,Thu,Fri *-*-* 8..18/2:0/10:00"]),
        ("5 4 */2 1,7 *", ["*-1,7-1/2 4:5:00"]),
        ("0 4 1 * 7", ["*-*-1 4:0:00", "Sun *-*-* 4:0:00"]),
        ("0 4 * * *", ["*-*-* 4:0:00"]),
    ],
)
def test_cron_fields_become_calendar_times(line: str, times: list[str]) -> None:
    """Ranges, steps and lists; where cron means either of two days, there are two times. systemd reads them alike."""
    assert systemd.calendar(line) == times
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for one in times:
        asked = ["systemd-analyze", "calendar", f"{one} Europe/Lisbon"]
        assert subprocess.run(asked, capture_output=True, check=False).returncode == 0


def test_units_hold_the_command_and_the_zone() -> None:
    """Service and timer for the run and for the look at it; a percent sign and a space in a path are kept."""
    entry = dataclasses.replace(an_entry(), directory=Path("/srv/in siders"), program=Path("/srv/100%/runner"))
    text = systemd.units(entry, "insiders")
    assert "User=insiders\nWorkingDirectory=/srv/in siders\nExecStart=/srv/100%%/runner cron run monthly\n" in text
    assert "OnCalendar=*-*-15 4:0:00 Europe/Lisbon\n" in text
    assert 'cron check monthly --since 2026-11-22 --schedule "0 4 15 * *"' in text
    assert "enable --now insiders-monthly.timer insiders-monthly-check.timer" in text
    assert "User=" not in systemd.units(entry, None)
