"""The clock of the container: begins `runner cron run` when the pipeline comes due, and every day the look at it.

    python -m infra.compose.clock monthly [--schedule LINE] [--zone ZONE]

A cron daemon has to be root, to become whoever its lines name, and Debian's gives a job neither the container's
environment nor another time zone. Here there is one user, whose environment is meant for the runs; so a loop over the
same timetable that `runner check --expect` reads takes its place. A time that went by while the container was down is
made up for once, as systemd's timers do. SIGTERM is passed on to what is under way, whose end is waited for.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from runner import settings
from runner.errors import RunnerError
from runner.files import write_aside
from runner.reading import pipeline
from runner.scheduling import installation
from runner.scheduling.entry import CHECKED_AT
from runner.scheduling.timetable import Timetable

BEAT_S = 5.0
"""So often the clock looks at the time, and says that it goes."""
HELD_S = 600
"""A hold counts so long, so that a forgotten one costs no run."""
SIGNS = Path(os.environ.get("CLOCK_SIGNS", "/tmp/clock"))  # noqa: S108 - the container's own, gone with it


@dataclass
class Task:
    """What is begun when its timetable says so."""

    words: list[str]
    """The command of the runner."""
    timetable: Timetable
    due: datetime
    memory: Path | None = None
    """Where it is kept which time was dealt with last, for a task that is made up for."""


@dataclass
class Clock:
    """Begins tasks, waits for their ends, and stops when it is told to."""

    tasks: list[Task]
    signs: Path = SIGNS
    program: Sequence[str] = (sys.executable, "-m", "runner")
    under_way: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    status: int = 0
    """Exit status of what was under way when the clock was stopped."""

    def go(self) -> int:
        """Until a signal comes, and what is under way has ended."""
        self.signs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not (self.stopped.is_set() and not self.under_way):
            self._reap()
            if not self.stopped.is_set() and not self.held():
                self._begin(datetime.now(UTC))
            write_aside(self.signs / "beat", str(len(self.under_way)).encode())
            if self.stopped.is_set():
                time.sleep(0.2)
            else:
                self.stopped.wait(BEAT_S)
        return self.status

    def held(self) -> bool:
        """Whether somebody waits for a moment in which nothing is under way."""
        try:
            return time.time() - (self.signs / "hold").stat().st_mtime < HELD_S
        except FileNotFoundError:
            return False

    def _begin(self, now: datetime) -> None:
        for task in self.tasks:
            if task.due > now:
                continue
            say(f"begins: runner {' '.join(task.words)}, due {task.due:%Y-%m-%d %H:%M %Z}")
            if task.memory is not None:
                remember(task.memory, now)
            # A session of its own: a signal to the container's processes reaches it through us, and once.
            child = subprocess.Popen([*self.program, *task.words], start_new_session=True)  # noqa: S603 - our own words
            self.under_way.append(child)
            task.due = task.timetable.after(now, 1)[0]
            say(f"next: runner {' '.join(task.words[:3])}, {task.due:%Y-%m-%d %H:%M %Z}")

    def _reap(self) -> None:
        for child in [one for one in self.under_way if one.poll() is not None]:
            self.under_way.remove(child)
            code = child.returncode if child.returncode >= 0 else 128 - child.returncode
            self.status = code if self.stopped.is_set() else 0
            say(f"ended: process {child.pid}, exit status {code}")

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        self.stopped.set()
        for child in self.under_way:
            child.send_signal(number)


def tasks_of(name: str, line: str | None, zone: str | None, home: Path) -> list[Task]:
    """The run and the daily look at it; a `RunnerError` where the pipeline or its timetable cannot be."""
    places, now = settings.load(), datetime.now(UTC)
    asked = pipeline.read(pipeline.find(name, places), places)
    table = installation.timetable_of(asked, line or None, None, zone or None)
    memory = home / f"clock-{asked.name}.json"
    since, last = recalled(memory, now, table.zone)
    minute_hour = " ".join(str(part) for part in reversed(CHECKED_AT))
    daily = Timetable.of(f"{minute_hour} * * *", table.zone)
    run = ["cron", "run", name, "--zone", table.zone]
    look = ["cron", "check", name, "--zone", table.zone, "--schedule", table.line, "--since", since]
    return [
        Task(run, table, table.after(last, 1)[0], memory),
        Task(look, daily, daily.after(now, 1)[0]),
    ]


def recalled(memory: Path, now: datetime, zone: str) -> tuple[str, datetime]:
    """The first day on which runs are expected, and up to when all is dealt with; at the first start, both are now."""
    if not memory.exists():
        first = {"since": now.astimezone(ZoneInfo(zone)).date().isoformat(), "last": now.isoformat()}
        write_aside(memory, json.dumps(first).encode())
    told = json.loads(memory.read_text(encoding="utf-8"))
    return str(told["since"]), datetime.fromisoformat(told["last"])


def remember(memory: Path, now: datetime) -> None:
    """Keep that all times up to now are dealt with, before the run begins: one that crashes is not begun again."""
    told = json.loads(memory.read_text(encoding="utf-8"))
    write_aside(memory, json.dumps({**told, "last": now.isoformat()}).encode())


def say(text: str) -> None:
    """A line for the container's log."""
    sys.stdout.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} clock: {text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Go, or say in one line why not."""
    parser = argparse.ArgumentParser(prog="python -m infra.compose.clock", description="begins runs when they are due")
    parser.add_argument("pipeline", metavar="PIPELINE", help="name or path, as runner run takes it")
    parser.add_argument("--schedule", metavar="LINE", help="cron's five fields; by default the pipeline file's")
    parser.add_argument("--zone", metavar="ZONE", help="the time zone of these; by default the container's, UTC")
    parser.add_argument("--home", metavar="DIR", type=Path, default=Path.home(), help="where it is kept what was done")
    options = parser.parse_args(arguments)
    try:
        tasks = tasks_of(options.pipeline, options.schedule, options.zone, options.home)
    except RunnerError as fault:
        sys.stderr.write(f"clock: {fault}\n")
        return 2
    for task in tasks:
        say(f"next: runner {' '.join(task.words[:3])}, {task.due:%Y-%m-%d %H:%M %Z}")
    return Clock(tasks).go()


if __name__ == "__main__":
    sys.exit(main())
