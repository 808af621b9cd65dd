"""`runner cron ACTION PIPELINE`: what runs by itself: put into cron, shown, taken out; and what cron then calls."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from rich.text import Text

from runner import settings
from runner.errors import UsageError
from runner.notices import sending
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.reading import pipeline
from runner.reading.pipeline import Pipeline
from runner.scheduling import errand, installation, log, outcome, system, systemd, timetable
from runner.scheduling.entry import Entry
from runner.scheduling.installation import Place
from runner.settings import Settings

EXAMPLE = """runner cron install monthly
  runner cron install monthly --at 05:30 --zone Europe/Lisbon
  runner cron install monthly --system --user insiders  # a file in /etc/cron.d
  runner cron install monthly --systemd                 # prints units instead
  runner cron show
  runner cron remove monthly"""
ACTIONS = ("install", "show", "remove", "run", "check")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("action", choices=ACTIONS, help="run and check are what cron calls")
    parser.add_argument("pipeline", metavar="PIPELINE", nargs="?", default="monthly", help="name or path; monthly")
    when = parser.add_argument_group("when")
    when.add_argument("--schedule", metavar="LINE", help="cron's five fields; by default the pipeline file's")
    when.add_argument("--at", metavar="HH:MM", help="another time of day")
    when.add_argument("--zone", metavar="ZONE", help="the time zone of these, Europe/Lisbon; by default this host's")
    when.add_argument("--since", metavar="DATE", help="from when on runs are expected; by default from today")
    where = parser.add_argument_group("where")
    kind = where.add_mutually_exclusive_group()
    kind.add_argument("--system", action="store_true", help="a file in /etc/cron.d instead of a user's crontab")
    kind.add_argument("--systemd", action="store_true", help="print units of systemd, and install nothing")
    where.add_argument("--user", metavar="USER", help="as whom it runs; root may name another")
    where.add_argument("--directory", metavar="DIR", type=Path, help="a link to the checkout that updates move")
    where.add_argument("--no-check", action="store_true", help="without the daily look at the last run")
    where.add_argument("--log", metavar="FILE", type=Path, help="by default OUTPUT/logs/PIPELINE.jsonl")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus | int:
    """Do it, and say what was done."""
    if options.action in ("run", "check"):
        return _errand(options, settings.sound())  # what is wrong with them, the command says, and a notice repeats
    places = settings.load()
    asked = pipeline.read(pipeline.find(options.pipeline, places), places)
    if options.systemd and options.action != "install":
        raise UsageError("--systemd goes with install, and prints units; systemctl shows and removes them")
    place = Place(_owner(options), options.system)
    entry, lines = _entry(options, asked, places, place)
    if options.systemd:
        sys.stdout.write(systemd.units(entry, options.user))
        return ExitStatus.SUCCEEDED
    changed = False
    if options.action == "install":
        installation.check_reach(entry, options.user)
        changed = place.install(entry)
    elif options.action == "remove":
        changed = place.remove(entry)
    if options.action != "show":
        lines = place.found(entry)
    elif lines is None and not options.system:
        place, lines = _of_the_host(entry, place)
    _tell(options, entry, place, lines, changed=changed)
    return ExitStatus.REFUSED if options.action == "show" and lines is None else ExitStatus.SUCCEEDED


def _entry(
    options: argparse.Namespace, asked: Pipeline, places: Settings, place: Place
) -> tuple[Entry, list[str] | None]:
    """The entry that is asked for, and the lines of the one that stands there, whose first day it keeps."""
    table = installation.timetable_of(asked, options.schedule, options.at, options.zone)
    since = timetable.day(options.since) if options.since else None

    def made(day: date | None) -> Entry:
        return installation.entry_of(
            asked,
            options.pipeline,
            places,
            table,
            directory=options.directory,
            since=day,
            checked=not options.no_check,
            log=options.log,
        )

    if options.systemd:
        return made(since), None
    lines = place.found(made(since))
    return made(since or installation.since_of(lines)), lines


def _of_the_host(entry: Entry, place: Place) -> tuple[Place, list[str] | None]:
    """The entry of the whole host, such as `infra/host` makes; else the place, where there is none."""
    host = Place(system=True)
    lines = host.found(entry)
    return (host, lines) if lines else (place, None)


def _owner(options: argparse.Namespace) -> str | None:
    """As whom it runs, a user that the host has; None for whoever this is."""
    if options.user is None and options.system:
        raise UsageError("--system needs --user: a file of the system names who runs it, and that need not be root")
    if options.user is not None and not options.systemd:
        system.check_user(options.user)
    return options.user


def _tell(options: argparse.Namespace, entry: Entry, place: Place, lines: list[str] | None, *, changed: bool) -> None:
    remarks = list(_remarks(options, entry)) if options.action == "install" else []
    table = installation.timetable_in(lines or ()) or entry.timetable
    coming = [f"{one:%Y-%m-%d %H:%M %Z}" for one in table.after(datetime.now(UTC))] if lines else []
    if lines is None and (timer := systemd.timer_of(entry)):
        remarks.append(f"{timer} stands there: systemctl list-timers '{entry.file_name}*' says when it is next")
    if options.json:
        facts = {"pipeline": entry.label, "place": str(place), "changed": changed, "lines": lines, "next": coming}
        facts |= {"zone": table.zone, "remarks": remarks}
        sys.stdout.write(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
        return
    console = console_for()
    words = {"install": "installed in", "remove": "removed from", "show": "stands in"}[options.action]
    if options.action != "show" and not changed:
        words = {"install": "stood already, unchanged, in", "remove": "there was no entry in"}[options.action]
    elif lines is None and options.action == "show":
        words = "has no entry in"
    console.print(Text(f"{entry.label}: {words} {place}"))
    for line in lines or ():
        console.print(Text(f"  {line}", style="dim"))
    if coming:
        console.print(Text(f"next: {', '.join(coming)}"))
    for remark in remarks:
        console.print(Text(remark, style="yellow"))


def _remarks(options: argparse.Namespace, entry: Entry) -> Iterator[str]:
    yield from timetable.remarks(entry.timetable)
    if names := installation.unseen(entry.directory):
        yield f"cron will not see {', '.join(names)}: write them into {entry.directory / '.env'}"
    if options.user in (None, "root") and os.geteuid() == 0:
        yield "it runs as root, which nothing here needs: make a user for it, and name it with --user"


def _errand(options: argparse.Namespace, places: Settings) -> int:
    """What cron calls: the command in its own process, its words in the log, notices, and its exit status."""
    hides, label = log.redactor(), _label(options.pipeline, places)
    name = str(Path(options.pipeline).absolute()) if "." in options.pipeline else options.pipeline
    words = ["run", name] if options.action == "run" else _question(options, name)
    with log.opened(options.log or log.path_of(places, label), hides) as book:
        facts = {"pipeline": label, "task": options.action}
        done = errand.run(words, places, facts, book, hides=hides, zone=options.zone)
        tells = options.action == "run" or done.status == ExitStatus.USAGE  # what the look finds it tells by itself
        line, event = outcome.of_run(places, label, done) if tells else (done.last, None)
        said = sending.tell(places, [event] if event else [])
        for one in said:
            if book is not None:
                book.write("notice", **facts, text=one)
    if done.status:
        said = [f"{label}: exit status {done.status}: {hides.text(line)}", *said]
    for one in said:
        sys.stderr.write(f"runner cron {options.action}: {one}\n")
    return done.status


def _label(given: str, places: Settings) -> str:
    """The pipeline's own name; one whose file is broken goes by what it was asked for, and the command says why."""
    try:
        return pipeline.read(pipeline.find(given, places), places).name
    except UsageError:
        return re.sub(r"[^A-Za-z0-9_-]", "-", Path(given).stem)


def _question(options: argparse.Namespace, name: str) -> list[str]:
    words = ["check", "--expect", name]
    for name in ("schedule", "zone", "since"):
        if value := getattr(options, name):
            words += [f"--{name}", value]
    return words
