"""The crontab of a user, read and written by cron's own program `crontab`, which checks it and tells the daemon."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from runner.errors import PreflightError, UsageError
from runner.scheduling import block
from runner.scheduling.entry import Entry

PATIENCE_S = 30
_KNOWS_ZONES = ("cronie", "systemd-cron")
"""Daemons that read `CRON_TZ`; Debian's own cron takes it for a variable like any other."""


@dataclass(frozen=True)
class Crontab:
    """One user's crontab; without a name that of whoever runs this."""

    user: str | None = None

    def read(self) -> str:
        """Its text; empty where there is none."""
        done = self._ask("-l")
        if done.returncode == 0:
            return done.stdout
        if "no crontab for" in done.stderr or "can't open" in done.stderr:
            return ""
        raise PreflightError(f"crontab -l: {_said(done)}")

    def write(self, text: str) -> None:
        """Put the text in place of what is there; an empty one takes the crontab away."""
        done = self._ask("-", text) if text else self._ask("-r")
        if done.returncode:
            raise PreflightError(f"crontab refused the lines: {_said(done)}")

    def install(self, entry: Entry, lines: list[str]) -> bool:
        """Whether anything had to be changed for the entry to stand there.

        A zone counts for all lines below it, so a block that names one stands behind all others.
        """
        before = self.read()
        after = block.put(before, entry.key, lines, at_end=any(line.startswith("CRON_TZ=") for line in lines))
        if after == before:
            return False
        self.write(after)
        if block.found(self.read(), entry.key) != lines:
            raise PreflightError("crontab took the lines, and shows others; look at `crontab -l`")
        return True

    def remove(self, entry: Entry) -> bool:
        """Whether there was an entry to take out."""
        before = self.read()
        after = block.taken_out(before, entry.key)
        if after == before:
            return False
        self.write(after)
        return True

    def _ask(self, option: str, text: str = "") -> subprocess.CompletedProcess[str]:
        who = [] if self.user is None else ["-u", self.user]
        return _asked(["crontab", *who, option], text)


def knows_zones() -> bool:
    """Whether the cron daemon of this host reads `CRON_TZ`, as far as its programs say what they are."""
    for command in (["crontab", "-V"], ["crond", "-V"]):
        try:
            done = _asked(command)
        except UsageError:
            continue
        if any(name in (done.stdout + done.stderr).lower() for name in _KNOWS_ZONES):
            return True
    return False


def _asked(command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - cron's own program, and our own words
            command, input=text, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except FileNotFoundError:
        said = f"there is no program {command[0]} here"
        raise UsageError(f"{said}: install cron, or take what `runner cron install --systemd` prints") from None
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise PreflightError(f"{command[0]}: {fault}") from fault


def _said(done: subprocess.CompletedProcess[str]) -> str:
    return " ".join((done.stderr or done.stdout).split()) or f"exit status {done.returncode}"
