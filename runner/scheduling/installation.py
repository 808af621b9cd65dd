"""Putting an entry into cron: from what a person asks for to lines, and what they should know of it."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from runner import settings
from runner.errors import PreflightError, UsageError
from runner.reading.pipeline import Pipeline
from runner.scheduling import block, crontab, system, timetable
from runner.scheduling.crontab import Crontab
from runner.scheduling.entry import Entry
from runner.scheduling.timetable import Timetable
from runner.settings import Settings

PATIENCE_S = 60
_SINCE = re.compile(r" --since (\d{4}-\d\d-\d\d)( |$)")
_RUN = re.compile(r"(?P<line>\S+(?: \S+){4}) (?:\S+ )?cd .* cron run ")
_ZONE = re.compile(r"(?:^CRON_TZ=| --zone )(?P<zone>[A-Za-z0-9_/+-]+)")
_AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_REGION")


@dataclass(frozen=True)
class Place:
    """Where the entry stands: a user's crontab, or a file of the system."""

    user: str | None = None
    system: bool = False

    def __str__(self) -> str:
        if self.system:
            return f"{system.FOLDER}{f' (as {self.user})' if self.user else ''}"
        return f"the crontab of {self.user or 'this user'}"

    def found(self, entry: Entry) -> list[str] | None:
        """The lines of the entry, as they stand there; None where there is none."""
        if self.system:
            text = system.read(entry)
            return None if text is None else text.splitlines()
        return block.found(Crontab(self.user).read(), entry.key)

    def install(self, entry: Entry) -> bool:
        """Whether anything had to be changed for the entry to stand there."""
        tells_zone = not entry.zone_is_host
        if tells_zone and not crontab.knows_zones():
            raise UsageError(_blind(entry))
        if self.system:
            return system.install(entry, system.text(entry, self.user or "root", zone=tells_zone))
        zone = [f"CRON_TZ={entry.timetable.zone}"] if tells_zone else []
        return Crontab(self.user).install(entry, [*zone, *entry.lines()])

    def remove(self, entry: Entry) -> bool:
        """Whether there was an entry to take out."""
        return system.remove(entry) if self.system else Crontab(self.user).remove(entry)


def timetable_of(asked: Pipeline, line: str | None, clock: str | None, zone: str | None) -> Timetable:
    """The timetable that a person asks for, else the pipeline file's, else the 15th at 04:00; in this host's zone."""
    given = line or asked.schedule or timetable.DEFAULT
    return Timetable.of(timetable.at(given, clock) if clock else given, zone or timetable.of_host())


def entry_of(
    asked: Pipeline,
    name: str,
    places: Settings,
    table: Timetable,
    *,
    directory: Path | None = None,
    since: date | None = None,
    checked: bool = True,
    log: Path | None = None,
) -> Entry:
    """The entry; a `UsageError` where there is no runner to call. `name` is what the person called the pipeline."""
    folder = places.checkout if directory is None else directory.absolute()
    own, ours = folder / ".venv" / "bin" / "runner", Path(sys.prefix) / "bin" / "runner"
    program = own if own.exists() else ours
    if not program.exists():
        raise UsageError(f"there is no {own}: name the checkout, or a link to it, with --directory")
    is_path = asked.path.parent != places.notebooks or "/" in name
    return Entry(
        pipeline=str(asked.path.absolute()) if is_path else name,
        label=asked.name,
        timetable=table,
        directory=folder,
        program=program,
        since=since or date.today(),  # noqa: DTZ011 - the day of this host, whose clock cron reads
        zone_is_host=timetable.same_clock(table.zone, timetable.of_host()),
        checked=checked,
        log=None if log is None else log.absolute(),
    )


def check_reach(entry: Entry, user: str | None) -> None:
    """Raise a `PreflightError` where the user that root names cannot run the command: cron would tell nobody."""
    if user is None or os.geteuid() != 0 or (account := pwd.getpwnam(user)).pw_uid == 0:
        return
    try:
        done = subprocess.run(  # noqa: S603 - the command of the entry, and a word of ours
            [str(entry.program), "cron", "--help"],
            cwd=entry.directory,
            env={"PATH": "/usr/bin:/bin", "HOME": "/"},
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise PreflightError(f"{user} cannot run {entry.program} in {entry.directory}: {fault}") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise PreflightError(f"{user} cannot run {entry.program} in {entry.directory}: {said}")


def since_of(lines: Iterable[str] | None) -> date | None:
    """From when on runs are expected, as lines of an entry say it."""
    for line in lines or ():
        if match := _SINCE.search(line):
            return date.fromisoformat(match[1])
    return None


def timetable_in(lines: Iterable[str]) -> Timetable | None:
    """The timetable that lines of an entry tell cron; None where they say none that can be read."""
    lines = list(lines)
    found = next((match for line in lines if (match := _RUN.match(line))), None)
    zone = next((match["zone"] for line in lines if (match := _ZONE.search(line))), timetable.of_host())
    try:
        return Timetable.of(found["line"], zone) if found else None
    except UsageError:
        return None


def unseen(directory: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """The settings that this shell has and cron will not have, since `.env` says nothing or something else."""
    environment = os.environ if environment is None else environment
    told, _ = settings.read_dotenv(directory / ".env")
    ours = [name for name in environment if name in (*settings.NAMES, *_AWS) or name.startswith(settings.PARAMETER)]
    return sorted(name for name in ours if environment[name].strip() and told.get(name) != environment[name])


def _blind(entry: Entry) -> str:
    host, table = timetable.of_host(), entry.timetable
    said = f"this host's cron reads times by its own clock ({host}) and knows no CRON_TZ, so {table.words} cannot be"
    return f"{said}: take what --systemd prints, give the time in {host}, or set the host's zone (timedatectl)"
