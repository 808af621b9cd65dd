"""The log of what ran by itself: JSON lines in a file that grows, for people, CloudWatch's agent and log rotation.

Each line has `at` (UTC), `event` (`started`, `said`, `ended`), `pipeline` and `pid`. The file is opened anew for each
command, so that it may be moved away between two of them. Secrets of the environment are taken out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runner.records.journal import Journal
from runner.secrecy import redaction
from runner.secrecy.redaction import Redactor
from runner.settings import Settings

ROOM = "logs"


def path_of(settings: Settings, pipeline: str) -> Path:
    """Where the log of a pipeline lies, if nobody says otherwise."""
    return settings.output / ROOM / f"{pipeline}.jsonl"


def redactor() -> Redactor:
    """What takes the secrets of this process's environment out of a text."""
    return Redactor.of(redaction.secrets_in(os.environ))


@contextmanager
def opened(path: Path, hides: Redactor) -> Iterator[Journal | None]:
    """The log for the length of a context; None where it cannot be opened, which is said and stops nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        log = Journal(path, hides)
    except OSError as fault:
        sys.stderr.write(f"runner cron: the log {path} cannot be written: {fault.strerror or fault}\n")
        yield None
        return
    try:
        yield log
    finally:
        with suppress(OSError):
            log.close()
        if log.fault is not None:
            sys.stderr.write(f"runner cron: the log {path} is not whole: {log.fault.strerror or log.fault}\n")
