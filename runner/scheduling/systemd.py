"""The same entry as units of systemd, for hosts without cron: a service and a timer for each command."""

from __future__ import annotations

import re
from pathlib import Path

from runner.scheduling.entry import Entry

FOLDER = Path("/etc/systemd/system")
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
_SERVICE = """# /etc/systemd/system/{name}.service
[Unit]
Description=Insiders: {words}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
{user}WorkingDirectory={directory}
ExecStart={command}
# A run has its own limits, and is never cut off by an update of the unit.
TimeoutStartSec=infinity
KillMode=mixed
TimeoutStopSec=120
"""
_TIMER = """# /etc/systemd/system/{name}.timer
[Unit]
Description=Insiders: when {words}

[Timer]
{times}
# A time that was slept through is made up for.
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def units(entry: Entry, user: str | None) -> str:
    """All units as one text, each with its path in front, and what to type."""
    parts, names = [], []
    for (when, command), suffix in zip(entry.commands(), ("", "-check"), strict=False):
        name = f"{entry.file_name}{suffix}"
        words = f"{'run' if not suffix else 'whether there was a run of'} {entry.label}"
        times = "\n".join(f"OnCalendar={one} {entry.timetable.zone}" for one in calendar(when))
        parts.append(
            _SERVICE.format(
                name=name,
                words=words,
                user=f"User={user}\n" if user else "",
                directory=str(entry.directory).replace("%", "%%"),
                command=" ".join(map(_word, command)),
            )
        )
        parts.append(_TIMER.format(name=name, words=words, times=times))
        names.append(f"{name}.timer")
    parts.append(f"# then: systemctl daemon-reload && systemctl enable --now {' '.join(names)}\n")
    return "\n".join(parts)


def timer_of(entry: Entry) -> Path | None:
    """The timer of an entry, where this host has one of that name."""
    path = FOLDER / f"{entry.file_name}.timer"
    return path if path.exists() else None


def calendar(line: str) -> list[str]:
    """Cron's five fields as times of systemd; two where cron means either the day or the weekday."""
    minute, hour, day, month, weekday = line.split()
    clock = f"{_values(hour)}:{_values(minute)}:00"
    months, days, week = _values(month, 1), _values(day, 1), _week(weekday)
    if not week:
        return [f"*-{months}-{days} {clock}"]
    if day.startswith("*") or weekday.startswith("*"):
        return [f"{week} *-{months}-{days} {clock}"]
    return [f"*-{months}-{days} {clock}", f"{week} *-{months}-* {clock}"]


def _values(field: str, low: int = 0) -> str:
    """A field in systemd's words: ranges with two dots, steps from a number."""
    return ",".join(_value(part, low) for part in field.split(","))


def _value(part: str, low: int) -> str:
    span, slash, step = part.partition("/")
    start, dash, end = span.partition("-")
    if start == "*":
        return f"{low}/{step}" if slash else "*"
    return f"{start}{f'..{end}' if dash else ''}{f'/{step}' if slash else ''}"


def _week(field: str) -> str:
    """The days of the week by name; nothing where every day is meant."""
    if field == "*":
        return ""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        start, _, end = span.partition("-")
        first, last = (0, 6) if start == "*" else (int(start), int(end or (6 if step else start)))
        found |= {number % 7 for number in range(first, last + 1, int(step or 1))}
    return ",".join(_DAYS[number] for number in sorted(found))


def _word(text: str) -> str:
    """A word of a command as systemd reads it."""
    text = text.replace("%", "%%").replace("$", "$$")
    return text if _PLAIN.fullmatch(text) else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
