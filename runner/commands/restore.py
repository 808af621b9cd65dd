"""`runner restore`: rebuild a database of results from the archive, or the output folder of a host that is gone."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys

from rich.text import Text

from runner import settings, wording
from runner.errors import UsageError
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.restoring import rebuilding, rehousing
from runner.restoring.bucket import BucketSource
from runner.restoring.folder import FolderSource
from runner.restoring.rebuilding import Summary
from runner.restoring.source import Source
from runner.settings import Settings, masked
from runner.tables import database

EXAMPLE = """runner restore --to sqlite:////tmp/results.db
  runner restore --to env:NEW_DATABASE_URL  # a variable that holds a URL with its password
  runner restore --output                   # on a new host: the ledger from the database, the runs from the bucket"""
REFERENCE = "env:"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", metavar="DATABASE", help="sqlite:///FILE, postgresql://…, or env:NAME of a variable")
    what.add_argument("--output", action="store_true", help="the ledger and all runs, into the output folder")
    parser.add_argument("--from-folder", action="store_true", help="from the output folder, also where a bucket is set")
    parser.add_argument("--ledger", metavar="ID", help="with --output: whose, where several hosts kept one")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Rebuild, and say what was rebuilt."""
    places = settings.load()
    if options.output:
        return _rehouse(options, places)
    if options.ledger:
        raise UsageError("--ledger goes with --output")
    url = _url(options.to, places)
    source: Source = (None if options.from_folder else BucketSource.of(places)) or FolderSource(places)
    engine = database.engine(url)
    console = console_for(sys.stderr if options.json else sys.stdout)
    try:
        with console.status("reading the archive") as status:
            summary = rebuilding.rebuild(source, engine, status.update)
    finally:
        engine.dispose()
    to = masked(engine.url.render_as_string(hide_password=True))
    if options.json:
        facts = {"from": source.words, "to": to, **dataclasses.asdict(summary)}
        sys.stdout.write(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    else:
        for line, style in _told(source, to, summary):
            console.print(Text(line, style=style))
    return ExitStatus.SUCCEEDED


def _rehouse(options: argparse.Namespace, places: Settings) -> ExitStatus:
    """Bring ledger and runs, and say what was brought."""
    if options.from_folder:
        raise UsageError("--from-folder goes with --to")
    source = BucketSource.of(places)
    if source is None:
        said = "without INSIDERS_BUCKET the output folder is the archive itself"
        raise UsageError(f"{said}: put back your backup of {places.output}")
    engine = database.engine(places.database_url)
    console = console_for(sys.stderr if options.json else sys.stdout)
    try:
        with console.status("reading the ledger") as status:
            summary = rehousing.bring(source, places, engine, ledger=options.ledger, tell=status.update)
    finally:
        engine.dispose()
    if options.json:
        facts = {"from": source.words, "to": str(places.output), **dataclasses.asdict(summary)}
        sys.stdout.write(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
        return ExitStatus.SUCCEEDED
    console.print(Text(f"restored to {places.output} from {source.words}"))
    console.print(Text(f"{wording.counted(summary.lines, 'line')} of the ledger {summary.ledger}"))
    console.print(Text(f"{wording.counted(len(summary.runs), 'run')} fetched, {summary.there} here already"))
    for run_id in summary.lost:
        console.print(Text(f"in no archive, since it was not delivered before its host went: {run_id}", style="yellow"))
    console.print(Text("the host that kept this ledger must not run again; next: runner sync, runner verify"))
    return ExitStatus.SUCCEEDED


def _url(given: str, places: Settings) -> str:
    """The URL of the database, checked as that of the settings is; a password on a command line is refused."""
    if given.startswith(REFERENCE):
        name = given.removeprefix(REFERENCE)
        if not (given := os.environ.get(name, "").strip()):
            raise UsageError(f"--to {REFERENCE}{name}: the environment has no {name}")
    elif "://" in given and masked(given) != given:
        said = "--to: a password on a command line is seen by everybody on this host"
        raise UsageError(f"{said}; put the URL into a variable, and say --to {REFERENCE}NAME")
    elif "://" not in given:
        raise UsageError(f"--to {given}: give sqlite:///FILE, postgresql://…, or {REFERENCE}NAME")
    return settings.load({"INSIDERS_DATABASE_URL": given}, places.checkout).database_url


def _told(source: Source, to: str, summary: Summary) -> list[tuple[str, str]]:
    told = [
        (f"restored to {to} from {source.words}", ""),
        (f"{wording.counted(summary.runs, 'run')}, {wording.counted(summary.rows, 'row')} of results", ""),
        (f"{wording.counted(summary.lines, 'line')} of the ledger", ""),
        (wording.counted(summary.promotions, "promotion"), ""),
        *((f"current for {pipeline}: {run_id}", "") for pipeline, run_id in sorted(summary.current.items())),
        *((f"refused, as it was: {said}", "yellow") for said in summary.refused),
    ]
    if summary.concluded:
        numbers = ", ".join(map(str, summary.concluded))
        told.append((f"no line tells of promotion {numbers}: concluded from the one after it", "yellow"))
    return told
