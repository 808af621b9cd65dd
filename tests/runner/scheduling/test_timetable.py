"""Schedule lines in time zones."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.scheduling import timetable
from runner.scheduling.timetable import DEFAULT, Timetable


@pytest.mark.parametrize(
    ("line", "zone", "said"),
    [
        ("0 4 15 *", "UTC", "five fields"),
        ("@monthly", "UTC", "five fields"),
        ("0 25 15 * *", "UTC", "bad hour"),
        ("0 4 32 * *", "UTC", "bad day-of-month"),
        ("0 4 30 2 *", "UTC", "never comes"),
        ("0 4 15 * *", "Mars/Olympus", "no time zone"),
        ("0 4 15 * *", "../../etc/passwd", "no time zone"),
        ("0 4 * * 1\n* * * * * rm", "UTC", "five fields"),
    ],
)
def test_what_cannot_be_is_refused(line: str, zone: str, said: str) -> None:
    """A line that is none, a day that never comes, a zone that nobody knows."""
    with pytest.raises(UsageError, match=said):
        Timetable.of(line, zone)


def test_times_are_those_of_the_zone() -> None:
    """04:00 in Lisbon is another moment in summer than in winter; the moment itself has come."""
    table = Timetable.of(DEFAULT, "Europe/Lisbon")
    assert table.words == "04:00 on day 15 of every month, Europe/Lisbon"
    now = datetime(2026, 7, 15, 3, 0, tzinfo=UTC)
    newest, earlier = islice(table.before(now), 2)
    assert newest == now
    assert earlier == datetime(2026, 6, 15, 3, tzinfo=UTC)
    assert next(table.before(datetime(2026, 7, 15, 2, 59, 59, tzinfo=UTC))) == earlier
    assert table.after(now)[-1] == datetime(2026, 10, 15, 3, tzinfo=UTC)
    assert next(table.before(datetime(2026, 12, 20, tzinfo=UTC))) == datetime(2026, 12, 15, 4, tzinfo=UTC)


def test_an_hour_that_the_clock_skips_is_made_up_for() -> None:
    """02:30 on the night in which the clocks go on comes when they have."""
    table = Timetable.of("30 1 29 3 *", "Europe/Lisbon")
    assert next(table.before(datetime(2026, 4, 1, tzinfo=UTC))) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_another_time_of_day() -> None:
    """The days stay."""
    assert timetable.at("0 4 15 * 1-5", "05:30") == "30 5 15 * 1-5"
    for wrong in ("24:00", "5", "05:60", "05:30:00"):
        with pytest.raises(UsageError, match="no time of day"):
            timetable.at(DEFAULT, wrong)


def test_the_host_says_its_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the link, else by the name, else it is UTC."""
    monkeypatch.setattr(timetable, "LOCALTIME", tmp_path / "localtime")
    monkeypatch.setattr(timetable, "TIMEZONE", tmp_path / "timezone")
    assert timetable.of_host() == "UTC"
    (tmp_path / "timezone").write_text("Europe/Lisbon\n")
    assert timetable.of_host() == "Europe/Lisbon"
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/America/Sao_Paulo")
    assert timetable.of_host() == "America/Sao_Paulo"


def test_zones_with_one_clock() -> None:
    """Names differ, clocks do not."""
    assert timetable.same_clock("Etc/UTC", "UTC")
    assert not timetable.same_clock("Europe/London", "UTC")
    assert not timetable.same_clock("Europe/Lisbon", "Europe/Madrid")


def test_often_and_seldom() -> None:
    """Twice on one day, or once at most."""
    now = datetime(2026, 7, 15, 12, tzinfo=UTC)
    assert Timetable.of("0 */6 * * *", "UTC").often(now)
    assert not Timetable.of("0 4 * * *", "UTC").often(now)


def test_days_that_short_months_lack_are_told() -> None:
    """The 31st is in seven months; the 15th and the 31st together miss none."""
    assert "day 31 is not in every month" in timetable.remarks(Timetable.of("0 4 31 * *", "UTC"))[0]
    assert timetable.remarks(Timetable.of("0 4 15,31 * *", "UTC")) == []
    assert timetable.remarks(Timetable.of(DEFAULT, "UTC")) == []


def test_a_day_is_a_day() -> None:
    """As ISO spells it."""
    assert timetable.day("2026-11-15").day == 15
    with pytest.raises(UsageError, match="is no day"):
        timetable.day("15.11.2026")
