"""`runner backfill PIPELINE --from D --to D --every month`: a run for each date, in order, where there is none yet."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runner import dates, settings, wording
from runner.commands.run import number
from runner.errors import PreflightError, RecordError, RunnerError, listed
from runner.outcomes import ExitStatus, Status
from runner.progress import colour, console_for
from runner.reading import notebooks, pipeline
from runner.reading.choice import Choice
from runner.reading.pipeline import Pipeline
from runner.records import archive
from runner.settings import Settings
from runner.values import parameters
from runner.values.parameters import Plan

EXAMPLE = "runner backfill monthly --from 2011-06-30 --to 2011-11-30 --every month"
_WORST = (
    ExitStatus.SUCCEEDED,
    ExitStatus.PENDING,
    ExitStatus.USAGE,
    ExitStatus.REFUSED,
    ExitStatus.LOCKED,
    ExitStatus.FAILED,
    ExitStatus.TIMED_OUT,
    ExitStatus.KERNEL_DIED,
    ExitStatus.DAMAGED,
    ExitStatus.INTERRUPTED,
    ExitStatus.TERMINATED,
)
"""Exit statuses from the best to the worst."""
_GOOD = (ExitStatus.SUCCEEDED, ExitStatus.PENDING)
_STOPPED = (ExitStatus.INTERRUPTED, ExitStatus.TERMINATED)


@dataclass(frozen=True)
class Outcome:
    """What became of one date."""

    date: date
    word: str
    """Status of its run; `exists`, `to run`, `refused` or `not reached` where none was made."""
    exit_status: ExitStatus | None = None
    run_id: str | None = None
    seconds: float | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("pipeline", metavar="PIPELINE", help="name or path of a pipeline whose notebooks know `as_of`")
    parser.add_argument("--from", dest="first", type=_day, required=True, metavar="DATE", help="first as-of date")
    parser.add_argument("--to", dest="last", type=_day, required=True, metavar="DATE", help="last as-of date")
    parser.add_argument("--every", choices=dates.STEPS, default="month", help="step; a month keeps the day (month)")
    parser.add_argument(
        "-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="as for `runner run`"
    )
    parser.add_argument("-f", "--file", type=Path, help="as for `runner run`")
    parser.add_argument("--workers", type=number, metavar="N", help="as for `runner run`")
    parser.add_argument("--cold", action="store_true", help="as for `runner run`")
    parser.add_argument("--force", action="store_true", help="run also the dates that have a good run already")
    parser.add_argument("--keep-going", action="store_true", help="go on with the next date after a run that failed")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be run, and run nothing")
    parser.add_argument("--json", action="store_true", help="print what became of each date as JSON")


def main(options: argparse.Namespace) -> ExitStatus:
    """Make the runs; the exit status is that of the worst."""
    places = settings.load()
    asked = pipeline.read(pipeline.find(options.pipeline, places), places)
    days = dates.series(options.first, options.last, options.every)
    there = {} if options.force else good_runs(places, asked.name)
    console = console_for(sys.stderr if options.json else sys.stdout)
    if options.dry_run:
        outcomes = [there.get(day) or Outcome(day, "to run") for day in days]
    else:
        # What a run says belongs to the progress; stdout is kept for the answer.
        with contextlib.redirect_stdout(console.file):
            outcomes = list(_outcomes(days, there, asked, places, options, console))
    if options.json:
        sys.stdout.write(json.dumps([_facts(one) for one in outcomes], indent=1) + "\n")
    else:
        _print(outcomes, console)
    return max((one.exit_status or ExitStatus.SUCCEEDED for one in outcomes), key=_WORST.index)


def good_runs(places: Settings, name: str) -> dict[date, Outcome]:
    """The newest good run of each date."""
    found: dict[date, Outcome] = {}
    for manifest in _manifests(places, name):
        if manifest["status"] == Status.SUCCEEDED:
            day = date.fromisoformat(manifest["logical_date"])
            found.setdefault(day, Outcome(day, "exists", None, manifest["run_id"], manifest["seconds"]))
    return found


def _outcomes(
    days: list[date],
    there: dict[date, Outcome],
    asked: Pipeline,
    places: Settings,
    options: argparse.Namespace,
    console: Console,
) -> Iterator[Outcome]:
    """What becomes of each date. Everything that can be checked is checked for all of them before the first run."""
    books, plans = _plans([day for day in days if day not in there], asked, options)
    stopped = False
    for position, day in enumerate(days, start=1):
        if stopped:
            yield Outcome(day, "not reached")
            continue
        if day in there:
            console.print(Text(f"[{position}/{len(days)}] {day}: run {there[day].run_id} is there", style="dim"))
            yield there[day]
            continue
        console.print(Text(f"[{position}/{len(days)}] {day}", style="bold"))
        outcome = _run(day, asked, books, plans[day], places, options)
        yield outcome
        stopped = outcome.exit_status in _STOPPED or (outcome.exit_status not in _GOOD and not options.keep_going)


def _plans(
    days: list[date], asked: Pipeline, options: argparse.Namespace
) -> tuple[dict[str, notebooks.Notebook], dict[date, Plan]]:
    books, faults = notebooks.read_all(asked.notebooks)
    if faults:
        raise PreflightError(listed("refused before the first cell, and nothing was started:", faults))
    return books, {
        day: parameters.plan(
            asked,
            books,
            given=options.parameter,
            file=options.file,
            as_of=day.isoformat(),
            environment=os.environ,
        )
        for day in days
    }


def _run(
    day: date,
    asked: Pipeline,
    books: dict[str, notebooks.Notebook],
    plan: Plan,
    places: Settings,
    options: argparse.Namespace,
) -> Outcome:
    # What runs notebooks takes seconds to load.
    launch = importlib.import_module("runner.launch").launch
    newest = max(good_runs(places, asked.name), default=day)
    known = {manifest["run_id"] for manifest in _manifests(places, asked.name)}
    try:
        status = launch(
            asked,
            books,
            plan,
            places,
            command=options.command_line,
            choice=Choice(force=options.force),
            # Results of the past must not take the place of newer ones.
            may_go_live=day >= newest,
            cold=options.cold,
            workers=options.workers,
        )
    except RunnerError as error:
        console_for(sys.stderr).print(Text(str(error), style="red"))
        return Outcome(day, "refused", error.exit_status)
    made = [one for one in _manifests(places, asked.name) if one["run_id"] not in known]
    own = next((one for one in made if one["logical_date"] == day.isoformat()), None)
    if own is None:
        return Outcome(day, "exists", status)
    return Outcome(day, own["status"], status, own["run_id"], own["seconds"])


def _manifests(places: Settings, name: str) -> Iterator[dict[str, Any]]:
    """The manifests of a pipeline that can be read, the newest first."""
    for folder in archive.run_folders(places.output, name):
        with contextlib.suppress(RecordError):
            yield archive.read_manifest(folder)


def _facts(one: Outcome) -> dict[str, Any]:
    return {
        "date": one.date.isoformat(),
        "status": one.word,
        "exit_status": one.exit_status,
        "run_id": one.run_id,
        "seconds": one.seconds,
    }


def _print(outcomes: list[Outcome], console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("date", "status", "run", "time"):
        table.add_column(heading, justify="right" if heading == "time" else "left")
    for one in outcomes:
        style = colour(one.word) if one.word in list(Status) else "dim" if one.exit_status is None else "red"
        seconds = wording.seconds(one.seconds)
        table.add_row(one.date.isoformat(), Text(one.word, style=style), one.run_id or "–", seconds)
    console.print()
    console.print(table)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date of the form YYYY-MM-DD") from None
