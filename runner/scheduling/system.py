"""A file in `/etc/cron.d`: an entry of the system, with the user that it runs as."""

from __future__ import annotations

import pwd
from pathlib import Path

from runner.errors import PreflightError, UsageError
from runner.files import write_aside
from runner.scheduling.entry import Entry

FOLDER = Path("/etc/cron.d")
_HEAD = "# {key}: written by `runner cron install --system`; change it by that command."


def text(entry: Entry, user: str, *, zone: bool) -> str:
    """The file; `zone` says whether the daemon is told the time zone."""
    lines = [_HEAD.format(key=entry.key), "SHELL=/bin/sh", "PATH=/usr/local/bin:/usr/bin:/bin"]
    if zone:
        lines.append(f"CRON_TZ={entry.timetable.zone}")
    if not _has_home(user):
        lines.append("HOME=/")  # some daemons start nothing where the home of the user does not exist
    return "\n".join([*lines, *entry.lines(user), ""])


def read(entry: Entry) -> str | None:
    """The file of an entry; None where there is none."""
    try:
        return (FOLDER / entry.file_name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise _fault(FOLDER / entry.file_name, fault) from fault


def install(entry: Entry, content: str) -> bool:
    """Whether anything had to be changed for the file to be there; another's file of that name is left alone."""
    path, before = FOLDER / entry.file_name, read(entry)
    _check_ours(path, before, entry)
    if before == content:
        return False
    try:
        write_aside(path, content.encode())
        path.chmod(0o644)  # cron reads no file that others may write to
    except OSError as fault:
        raise _fault(path, fault) from fault
    return True


def remove(entry: Entry) -> bool:
    """Whether there was a file to take away."""
    path, before = FOLDER / entry.file_name, read(entry)
    _check_ours(path, before, entry)
    if before is None:
        return False
    try:
        path.unlink()
    except OSError as fault:
        raise _fault(path, fault) from fault
    return True


def check_user(user: str) -> None:
    """Raise a `UsageError` where the host has no such user."""
    try:
        pwd.getpwnam(user)
    except KeyError:
        raise UsageError(f"--user {user}: this host has no such user") from None


def _check_ours(path: Path, before: str | None, entry: Entry) -> None:
    if before is not None and before.splitlines()[:1] != [_HEAD.format(key=entry.key)]:
        raise UsageError(f"{path} was not written for {entry.key}: it is left as it is; move it away, or name it")


def _has_home(user: str) -> bool:
    return Path(pwd.getpwnam(user).pw_dir).is_dir()


def _fault(path: Path, fault: OSError) -> PreflightError:
    return PreflightError(f"{path}: {fault.strerror or fault}; a file of the system is written by root")
