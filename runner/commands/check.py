"""`runner check [PIPELINE]`: everything a run needs, and the habits of its notebooks, looked at without a run."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table
from rich.text import Text

from runner import settings, wording
from runner.errors import PipelineError, UsageError
from runner.notices import sending
from runner.outcomes import ExitStatus
from runner.preflight import looking
from runner.preflight import notebooks as found_of
from runner.preflight.findings import Finding
from runner.progress import console_for
from runner.reading import gates, habits, lint, notebooks, pipeline, schedule
from runner.reading.pipeline import Pipeline
from runner.scheduling import expected, installation, timetable
from runner.settings import Settings
from runner.values import declarations, parameters
from runner.values.parameters import Plan

EXAMPLE = """runner check monthly
  runner check --strict --notebooks notebooks/*.ipynb
  runner check --expect monthly  # was the last scheduled run made, and did it go live?"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("pipeline", metavar="PIPELINE", nargs="?", help="name or path; without it every named pipeline")
    parser.add_argument("--notebooks", metavar="FILE", nargs="+", type=Path, help="look at these notebooks alone")
    parser.add_argument("--strict", action="store_true", help="advice on habits counts as wrong, as before a commit")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--expect", metavar="PIPELINE", help="look for the last scheduled run instead, and for no more")
    parser.add_argument("--notice", action="store_true", help="send a notice to see whether it arrives, and no more")
    due = parser.add_argument_group("with --expect")
    due.add_argument("--schedule", metavar="LINE", help="cron's five fields; by default the pipeline file's")
    due.add_argument("--zone", metavar="ZONE", help="the time zone of these; by default this host's")
    due.add_argument("--since", metavar="DATE", help="the first day on which runs are expected")
    due.add_argument("--grace-minutes", metavar="N", type=float, help="so long a run may take; by default its limit")


def main(options: argparse.Namespace) -> ExitStatus:
    """Print what was looked at; the exit status is 3 where something is wrong. Advice counts with `--strict` only."""
    places = settings.load()
    if options.expect:
        return _expected(options, places)
    if options.notice:
        return _shown(options, _noticed(places))
    if options.notebooks and options.pipeline:
        raise UsageError("name a pipeline or --notebooks, not both")
    found = _of_files(options.notebooks, places) if options.notebooks else _of_pipelines(options.pipeline, places)
    return _shown(options, found)


def _shown(options: argparse.Namespace, found: list[Finding]) -> ExitStatus:
    """Print the findings; 3 where one is wrong."""
    if options.json:
        facts = [{**asdict(finding), "good": finding.wrong is None} for finding in found]
        sys.stdout.write(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    else:
        _print(found)
    refused = any(finding.wrong or (options.strict and finding.advice) for finding in found)
    return ExitStatus.REFUSED if refused else ExitStatus.SUCCEEDED


def _expected(options: argparse.Namespace, places: Settings) -> ExitStatus:
    """Say in one line what became of the last scheduled run; who is to be told of what is wrong with it, is, once."""
    if options.pipeline or options.notebooks:
        raise UsageError("--expect names the pipeline itself, and looks at no notebook")
    asked = pipeline.read(pipeline.find(options.expect, places), places)
    table = installation.timetable_of(asked, options.schedule, None, options.zone)
    since = timetable.day(options.since) if options.since else None
    grace = options.grace_minutes
    verdict = expected.look(places, asked, table, datetime.now(UTC), since=since, grace_minutes=grace)
    if options.json:
        sys.stdout.write(json.dumps(verdict.told(), indent=1, ensure_ascii=False) + "\n")
    else:
        console_for().print(Text(verdict.line))
    event = expected.event_of(places, asked, verdict)
    for said in sending.tell(places, [event] if event else []):
        sys.stderr.write(f"runner check: {said}\n")
    return verdict.exit_status


def _noticed(places: Settings) -> list[Finding]:
    """Whether each channel took a notice; none at all is wrong, since nobody would hear of a run that fails."""
    sent = [Finding(f"notice by {name}", fault, detail="sent") for name, fault in sending.trial(places)]
    return sent or [Finding("notices", "no channel is set up: INSIDERS_NOTICE_SNS, _EMAIL or _WEBHOOK")]


def _of_pipelines(asked: str | None, places: Settings) -> list[Finding]:
    """What is found of a pipeline, or of all that go by name, each thing once."""
    names = [asked] if asked else sorted(path.stem for path in places.notebooks.glob("*.yml"))
    if not names:
        raise PipelineError(f"there is no pipeline in {places.notebooks}")
    every = asked is None
    return list(dict.fromkeys(finding for name in names for finding in _findings(name, places, every=every)))


def _of_files(paths: list[Path], places: Settings) -> list[Finding]:
    """What is found of notebooks by themselves: no kernel, package or place is looked at."""
    books, faults = notebooks.read_all({str(path): path for path in paths})
    found = [Finding(path.name, fault) for path in paths for fault in faults if fault.startswith(f"{path}: ")]
    for book in books.values():
        found += found_of.of_notebook(book, receives=False)
        found += [Finding(book.path.name, fault) for fault in _undeclared(book)]
    return [*found, *_habits(books.values(), places)]


def _undeclared(book: notebooks.Notebook) -> list[str]:
    """What is wrong with the declarations of a notebook whose parameters can be read at all."""
    if book.parameters is None or lint.unreadable(book.parameters):
        return []
    return declarations.read(book)[1]


def _habits(books: Iterable[notebooks.Notebook], places: Settings) -> list[Finding]:
    asked = habits.taste(places.checkout)
    each = {book.path: book for book in books}.values()
    return [Finding(book.path.name, advice=said) for book in each for said in habits.advice(book, asked)]


def _findings(name: str, places: Settings, *, every: bool) -> list[Finding]:
    """What is found of a pipeline; where every one is looked at, little of one that this host has no input for."""
    try:
        asked = pipeline.read(pipeline.find(name, places), places)
    except UsageError as error:
        return [Finding(f"pipeline {name}", str(error))]
    if every and asked.unset:
        return [Finding(f"pipeline {name}", detail=f"not for this host: {', '.join(asked.unset)} is not set")]
    books, faults = notebooks.read_all(asked.notebooks)
    first = [Finding(f"pipeline {name}", detail=wording.counted(len(asked.ordered()), "step"))]
    first += [Finding(f"pipeline {name}", fault) for fault in faults]
    if asked.schedule:
        first.append(_schedule(asked, asked.schedule))
    first += _gates(asked, books)
    # Beside cells that cannot be read, every name would seem unknown; what is wrong with them is told by itself.
    unreadable = faults or any(lint.unreadable(book.parameters) for book in books.values() if book.parameters)
    plan = Plan() if unreadable else _plan(asked, books, first)
    receive = [books[step].path.name for step, values in plan.values.items() if values]
    looked = looking.look(books.values(), plan.inputs, receive, places, pipeline=asked.name)
    return [*first, *looked, *_habits(books.values(), places)]


def _gates(asked: Pipeline, books: dict[str, notebooks.Notebook]) -> list[Finding]:
    """A gate on a metric that no notebook shows would never hold, which is better known before a run than after."""
    subject, found = f"gates of {asked.name}", []
    for position, gate in enumerate(map(gates.parse, asked.gates)):
        steps = {step.name: step.base for step in asked.ordered()}
        shown = [book.metrics for step, book in books.items() if gate.step in (None, step, steps[step])]
        names = [name for one in shown if one is not None for name in one]
        # Where a name is computed, or a notebook shows none in the usual way, nobody can tell.
        if gate.of_members or None in shown or not names or gate.metric in names:
            continue
        near = wording.nearest(gate.metric, names)
        said = f"{asked.where('gates', position)}: no notebook shows a metric {gate.metric}{near}"
        found.append(Finding(subject, remark=said))
    return found or ([Finding(subject, detail=wording.counted(len(asked.gates), "gate"))] if asked.gates else [])


def _schedule(asked: Pipeline, line: str) -> Finding:
    subject, words = f"schedule of {asked.name}", schedule.reading(line)
    if schedule.never(line):
        return Finding(subject, remark=f"{asked.where('schedule')}: {words} never comes; name another day")
    return Finding(subject, detail=words)


def _plan(asked: Pipeline, books: dict[str, notebooks.Notebook], found: list[Finding]) -> Plan:
    try:
        plan = parameters.plan(asked, books, environment=os.environ)
    except UsageError as error:
        found.append(Finding("parameters", str(error)))
        return Plan()
    found.append(Finding("parameters", detail=f"{sum(map(len, plan.values.values()))} declared"))
    return plan


def _print(found: list[Finding]) -> None:
    console = console_for(sys.stdout)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    for finding in found:
        said = finding.wrong or finding.advice or finding.detail
        table.add_row(_word(finding), Text(finding.subject), Text(said))
    console.print(table)


def _word(finding: Finding) -> Text:
    if finding.wrong:
        return Text("wrong", style="red" if finding.fault else "yellow")
    return Text("habit", style="cyan") if finding.advice else Text("good", style="green")
