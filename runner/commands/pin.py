"""`runner pin RUN`: keep a run whatever its age, or let go of it."""

from __future__ import annotations

import argparse
import json
import sys

from rich.text import Text

from runner import settings
from runner.keeping import pins
from runner.ledger.book import Book
from runner.ledger.line import Line
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.records import archive

EXAMPLE = """runner pin latest-good -m audited
  runner pin 019a0000 --off"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="run id, unique prefix of one, latest, latest-good or previous")
    parser.add_argument("-m", "--message", metavar="WHY", help="why; the ledger keeps it")
    parser.add_argument("--off", action="store_true", help="let go of the run: it may be pruned when it is old")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    parser.add_argument("--json", action="store_true", help="print the line of the ledger as JSON")


def main(options: argparse.Namespace) -> ExitStatus:
    """Pin the run, or let go of it."""
    places = settings.load()
    folder = archive.find(options.run, places.output, options.pipeline)
    change = pins.unpin if options.off else pins.pin
    line = change(Book.of(places), folder, places.reviewer, options.message)
    if options.json:
        sys.stdout.write(json.dumps(None if line is None else json.loads(line.text), ensure_ascii=False) + "\n")
    else:
        console_for(sys.stdout).print(Text(_told(folder.name, line)))
    return ExitStatus.SUCCEEDED


def _told(run_id: str, line: Line | None) -> str:
    if line is None:
        return f"{run_id} is not pinned"
    return f"{run_id} {line.event} by {line.who} on {line.at:%Y-%m-%d} (line {line.number} of the ledger)"
