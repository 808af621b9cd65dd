"""`runner export DIR`: the pages of the desk as files, for a bucket or an attachment."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from runner import settings, wording
from runner.desk import export
from runner.desk.catalogue import answers
from runner.desk.catalogue.index import Index
from runner.desk.desk import Desk
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.records import archive

EXAMPLE = "runner export pages --pipeline monthly -n 12"
NEWEST = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder that is new or empty")
    parser.add_argument("--run", action="append", default=[], metavar="RUN", help="only this run; may be repeated")
    parser.add_argument("--pipeline", help="only runs of this pipeline")
    parser.add_argument("-n", type=int, default=NEWEST, metavar="N", help=f"the newest N runs ({NEWEST}; 0 for all)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a line")


def main(options: argparse.Namespace) -> ExitStatus:
    """Write the pages."""
    known = settings.load()
    named = {archive.find(one, known.output, options.pipeline).name for one in options.run}
    desk = Desk(known, Index(known.output))
    with desk.index.asked() as connection:
        test, values = ("runs.pipeline = ?", (options.pipeline,)) if options.pipeline else ("1", ())
        rows = answers.rows_of(connection, test, *values)
    rows = [row for row in rows if row.run_id in named] if named else rows[: options.n or None]
    console = console_for(sys.stderr)
    done = export.write(desk, options.folder, rows, lambda number: _tell(console.is_terminal, number, len(rows)))
    desk.index.close()
    if options.json:
        sys.stdout.write(json.dumps(asdict(done)) + "\n")
    else:
        told = f"{wording.counted(done.runs, 'run')} on {wording.counted(done.pages, 'page')}"
        console_for(sys.stdout).print(Text(f"{told}, {wording.memory(done.bytes)}: {options.folder / 'index.html'}"))
    return ExitStatus.SUCCEEDED


def _tell(watched: bool, number: int, of: int) -> None:
    if watched and (number % 10 == 0 or number == of):
        console_for(sys.stderr).print(Text(f"{number} of {wording.counted(of, 'run')}"))
