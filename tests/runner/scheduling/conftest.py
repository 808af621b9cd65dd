"""A `crontab` program of the tests' own, which keeps the text in a file as cron's does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROGRAM = """#!/bin/sh
# As cron's own: -l lists, - takes the standard input, -r removes, -u names a user.
user=me
if [ "$1" = -u ]; then user=$2; shift 2; fi
file="$CRONTABS/$user"
case "$1" in
-V) {knows} ;;
-l) if [ -f "$file" ]; then cat "$file"; else echo "no crontab for $user" >&2; exit 1; fi ;;
-r) rm "$file" ;;
-) cat > "$file.new"
   if grep -q REFUSE "$file.new"; then echo "bad minute" >&2; exit 1; fi
   mv "$file.new" "$file" ;;
esac
"""


@pytest.fixture
def crontabs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of crontabs that the program keeps, one file per user; it knows no time zones, as Debian's."""
    return standing_in(tmp_path, monkeypatch, knows="echo 'invalid option' >&2; exit 1")


@pytest.fixture
def cronie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same of a daemon that knows time zones."""
    return standing_in(tmp_path, monkeypatch, knows="echo 'cronie 1.7.2'")


def standing_in(folder: Path, monkeypatch: pytest.MonkeyPatch, *, knows: str) -> Path:
    """Put the program in front of all others."""
    programs, spool = folder / "programs", folder / "crontabs"
    programs.mkdir()
    spool.mkdir()
    program = programs / "crontab"
    program.write_text(PROGRAM.format(knows=knows))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CRONTABS", str(spool))
    return spool
