"""Who speaks: a verdict and a promotion by hand are a named person's, never an account's."""

from __future__ import annotations

import subprocess

from runner.errors import UsageError
from runner.settings import Settings

HOW = "set INSIDERS_REVIEWER='Ada Lovelace <ada@example.org>', or `git config user.name` and `git config user.email`"
GIT_S = 10


def name(settings: Settings) -> str:
    """The reviewer of the settings, else whom git is set up for; a `UsageError` says how to be named."""
    if named := " ".join((settings.reviewer or "").split()):
        return named
    person, address = _git(settings, "user.name"), _git(settings, "user.email")
    if not person or not address:
        raise UsageError(f"a named person has to say this, and nobody is named: {HOW}")
    return f"{person} <{address}>"


def _git(settings: Settings, key: str) -> str:
    """What git is set to in the checkout; nothing where it is not, or is not installed."""
    command = ["git", "-C", str(settings.checkout), "config", "--get", key]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GIT_S, check=False)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return " ".join(done.stdout.split())
