"""When a pipeline comes due: a schedule line of cron, in a time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from runner.errors import UsageError
from runner.reading import schedule

DEFAULT = "0 4 15 * *"
"""04:00 on the 15th: by then the month before is closed in every till."""
LOCALTIME = Path("/etc/localtime")
TIMEZONE = Path("/etc/timezone")
_FIELDS = re.compile(r"[0-9*/,-]+(?: +[0-9*/,-]+){4}")
_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")


@dataclass(frozen=True)
class Timetable:
    """A checked schedule line and the zone whose clock it is read by."""

    line: str
    """Cron's five fields."""
    zone: str
    """Name of a time zone, such as `Europe/Lisbon`."""

    @classmethod
    def of(cls, line: str, zone: str) -> Timetable:
        """The timetable, or a `UsageError` that names all that is wrong with it."""
        line = " ".join(line.split())
        faults = [*_line_faults(line), *_zone_faults(zone)]
        if faults:
            raise UsageError("; ".join(faults))
        return cls(line, zone)

    @property
    def words(self) -> str:
        """`04:00 on day 15 of every month, Europe/Lisbon`."""
        return f"{schedule.reading(self.line)}, {self.zone}"

    def before(self, moment: datetime) -> Iterator[datetime]:
        """The times at which it came due up to the moment, the newest first; in the zone of the timetable."""
        # One second on, since a time that is the moment itself has come.
        start = datetime.fromtimestamp(int(moment.timestamp()) + 1, UTC).astimezone(ZoneInfo(self.zone))
        return iter(CronSim(self.line, start, reverse=True))

    def after(self, moment: datetime, count: int = 3) -> list[datetime]:
        """The next times at which it comes due."""
        return list(islice(CronSim(self.line, moment.astimezone(ZoneInfo(self.zone))), count))

    def often(self, moment: datetime) -> bool:
        """Whether it comes due twice on one day."""
        newest, earlier = islice(self.before(moment), 2)
        return newest.date() == earlier.date()


def at(line: str, clock: str) -> str:
    """The schedule line with another time of day, `HH:MM`; a `UsageError` where that is none."""
    if (match := _CLOCK.fullmatch(clock)) is None:
        raise UsageError(f"--at {clock}: is no time of day; give HH:MM, such as 04:00")
    return " ".join([str(int(match["minute"])), str(int(match["hour"])), *line.split()[2:]])


def day(text: str) -> date:
    """A day as `--since` takes it, YYYY-MM-DD; a `UsageError` where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since {text}: is no day; give YYYY-MM-DD") from None


def of_host() -> str:
    """The name of this host's time zone, as its cron daemon reads it; `UTC` where none is set."""
    _, found, name = str(LOCALTIME.resolve()).partition("/zoneinfo/")
    if found and not _zone_faults(name):
        return name
    try:
        name = TIMEZONE.read_text(encoding="utf-8").strip()
    except OSError:
        return "UTC"
    return name if name and not _zone_faults(name) else "UTC"


def same_clock(one: str, other: str) -> bool:
    """Whether two zones show the same time in every month of this year."""
    year = datetime.now(UTC).year
    days = [datetime(year, month, day, tzinfo=UTC) for month in range(1, 13) for day in (1, 15)]
    return all(day.astimezone(ZoneInfo(one)).utcoffset() == day.astimezone(ZoneInfo(other)).utcoffset() for day in days)


def remarks(timetable: Timetable) -> list[str]:
    """What a person may not have meant, each in one line."""
    days = [int(day) for day in timetable.line.split()[2].split(",") if day.isdigit()]
    late = [day for day in days if day > 28]
    if not late or set(days) - set(late):
        return []
    return [f"day {min(late)} is not in every month: the months without it have no run; day 28 is in all of them"]


def _line_faults(line: str) -> list[str]:
    if not _FIELDS.fullmatch(line):
        return [f"--schedule {line!r}: give cron's five fields in digits: minute hour day month weekday, {DEFAULT!r}"]
    try:
        CronSim(line, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as fault:
        with suppress(IndexError):  # a month that no year has
            if schedule.never(line):
                return [f"--schedule {line!r}: {schedule.reading(line)} never comes"]
        return [f"--schedule {line!r}: {str(fault).lower()}"]
    return []


def _zone_faults(zone: str) -> list[str]:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return [f"--zone {zone!r}: is no time zone; give a name such as Europe/Lisbon"]
    return []
