"""An errand: a command of the runner that cron or systemd has begun, in an environment that it can work in.

What it says goes to the log in JSON, its last line to whoever asks (cron writes a mail of it), its exit status on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from runner.records.journal import Journal
from runner.secrecy.redaction import Redactor
from runner.settings import Settings

FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin")
"""Where programs are that a run may ask for, git above all, whatever cron's PATH says."""
HOME = ".home"
"""In the output folder: a home for a user who has none, since libraries keep caches there."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_LINE = 10_000


@dataclass(frozen=True)
class Done:
    """An errand that has come to its end."""

    began: datetime
    status: int
    """The exit status; 128 and the signal's number where a signal ended it."""
    last: str
    """The last line that it said; empty where it said nothing."""


def environment(given: Mapping[str, str], settings: Settings, zone: str | None) -> dict[str, str]:
    """What the command is given: what cron gave, and what it lacks; `zone` decides which day it is."""
    folders = [str(Path(sys.executable).parent), *given.get("PATH", "").split(os.pathsep), *FOLDERS]
    made = {**given, "PATH": os.pathsep.join(dict.fromkeys(filter(None, folders)))}
    if not (home := given.get("HOME")) or home == "/" or not Path(home).is_dir():
        own = settings.output / HOME
        own.mkdir(parents=True, exist_ok=True)
        made["HOME"] = str(own)
    if not any(given.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")):
        made["LANG"] = "C.UTF-8"
    if zone:
        made["TZ"] = zone
    return made


def run(
    words: Sequence[str],
    settings: Settings,
    facts: Mapping[str, str],
    log: Journal | None,
    *,
    hides: Redactor,
    zone: str | None = None,
) -> Done:
    """Run a command of the runner to its end, with its words in the log; `facts` stand in every line."""
    began = datetime.now(UTC)
    last = ""
    with subprocess.Popen(  # noqa: S603 - this program, and words that were checked
        [sys.executable, "-m", "runner", *words],
        cwd=settings.checkout,
        env=environment(os.environ, settings, zone),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a signal reaches it through us, and once
    ) as child:
        _write(log, "started", facts, command=["runner", *words], pid=child.pid)
        with _passing_on(child):
            for line in _lines(child):
                _write(log, "said", facts, text=line, pid=child.pid)
                last = line
            code = child.wait()
    status = code if code >= 0 else 128 - code
    seconds = round((datetime.now(UTC) - began).total_seconds(), 3)
    _write(log, "ended", facts, exit_status=status, seconds=seconds, pid=child.pid)
    return Done(began, status, hides.text(last))


def _write(log: Journal | None, event: str, facts: Mapping[str, str], **more: object) -> None:
    if log is not None:
        log.write(event, **facts, **more)


def _lines(child: subprocess.Popen[bytes]) -> Iterator[str]:
    """What the command says, line by line, without the empty ones."""
    if child.stdout is None:
        return
    for line in child.stdout:
        if text := line.decode(errors="replace").strip():
            yield text[:LONGEST_LINE]


@contextmanager
def _passing_on(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass signals on to the command, which ends its kernels and writes its record, and wait for it all the same."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
