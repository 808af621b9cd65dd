"""An entry of a timetable: which pipeline, when, from which folder; and the lines that tell cron of it.

The lines hold no setting and no credential: those stand in the checkout's `.env`, which the command reads. Each command
leads to `runner cron run`, which makes the environment that cron does not give (see `runner.scheduling.errand`).
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from runner.errors import UsageError
from runner.scheduling.timetable import Timetable

CHECKED_AT = (12, 5)
"""Hour and minute at which, every day, somebody looks whether the last run was made: long after the night's work, and
early enough for a person to act. What could not be told then is told the next day."""
LONGEST = 900
"""Cron daemons cut a command off at 998 characters or so."""


@dataclass(frozen=True)
class Entry:
    """What is to run by itself."""

    pipeline: str
    """As `runner run` takes it: a name or a path."""
    label: str
    """The pipeline's own name."""
    timetable: Timetable
    directory: Path
    """The checkout, or a link to it that an update moves."""
    program: Path
    """The `runner` of its environment."""
    since: date
    """Since when runs are expected."""
    zone_is_host: bool
    """Whether the timetable is read by the host's own clock."""
    checked: bool = True
    """Whether a daily look at the last run goes with it."""
    log: Path | None = None

    @property
    def key(self) -> str:
        """What tells this entry from those of other pipelines and checkouts."""
        return f"{self.label} in {self.directory}"

    @property
    def file_name(self) -> str:
        """A name for files of the system: cron skips those that hold a dot."""
        plain = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in self.label)
        return f"insiders-{plain}"

    def commands(self) -> list[tuple[str, list[str]]]:
        """The schedule lines of cron, each with its command."""
        hour, minute = CHECKED_AT
        found = [(self.timetable.line, self._command("run"))]
        if self.checked:
            asked = ("--since", self.since.isoformat(), "--schedule", self.timetable.line)
            found.append((f"{minute} {hour} * * *", self._command("check", *asked)))
        return found

    def lines(self, user: str | None = None) -> list[str]:
        """The lines for cron, with the user that a file of the system names."""
        faults = [f"{path}: holds a line break" for path in (self.directory, self.program) if "\n" in str(path)]
        written = []
        for when, command in self.commands():
            # To cron a percent sign ends the command.
            text = f"cd {shlex.quote(str(self.directory))} && {shlex.join(command)}".replace("%", r"\%")
            written.append(" ".join(filter(None, (when, user, text))))
            if len(text) > LONGEST:
                faults.append(f"the command has {len(text)} characters, and cron takes {LONGEST}")
        if faults:
            raise UsageError("; ".join(dict.fromkeys(faults)))
        return written

    def _command(self, action: str, *more: str) -> list[str]:
        zone = [] if self.zone_is_host else ["--zone", self.timetable.zone]
        log = [] if self.log is None else ["--log", str(self.log)]
        return [str(self.program), "cron", action, self.pipeline, *zone, *log, *more]
