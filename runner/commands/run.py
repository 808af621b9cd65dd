"""`runner run PIPELINE`: check everything, run the steps, say how it went."""

from __future__ import annotations

import argparse
import importlib
import os
from pathlib import Path

from runner import settings
from runner.errors import PreflightError, listed
from runner.outcomes import ExitStatus
from runner.reading import notebooks, pipeline
from runner.reading.choice import Choice
from runner.values import parameters

EXAMPLE = """runner run monthly -p source=demo -p clustering.k=8 --as-of 2011-09-30
  runner run monthly --only clustering -p clustering.k=8  # one step again, on what the others have left"""

MOST_WORKERS = 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "pipeline", metavar="PIPELINE", help="name of a pipeline (notebooks/NAME.yml), or a path of one"
    )
    parser.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter, for every notebook that declares it; STEP.NAME=VALUE for one step; may be repeated",
    )
    parser.add_argument("-f", "--file", type=Path, help="a YAML file of parameters: `name: value`, `step.name: value`")
    parser.add_argument(
        "--as-of", metavar="DATE", help="the parameter as_of: nothing after this day is known, YYYY-MM-DD"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--only", metavar="STEP", help="run this step alone, on what the steps before it have left")
    which.add_argument("--from", dest="start", metavar="STEP", help="run this step and all that stand after it")
    which.add_argument(
        "--force", action="store_true", help="run every step, also where nothing changed or the run was made before"
    )
    add_crew(parser)
    parser.add_argument("--json", action="store_true", help="print the manifest of the run as JSON when it has ended")


def add_crew(parser: argparse.ArgumentParser) -> None:
    """The options that say who runs the steps."""
    crew = parser.add_mutually_exclusive_group()
    crew.add_argument(
        "--workers",
        type=number,
        metavar="N",
        help="how many steps may run side by side, where they need not each other and CPUs and memory allow it "
        "(`workers` of the pipeline file, else 1)",
    )
    crew.add_argument(
        "--cluster", metavar="ADDRESS", help="run the steps on the workers of a Dask scheduler, such as tcp://host:8786"
    )
    parser.add_argument("--cold", action="store_true", help="start every kernel anew instead of forking warm ones")


def number(text: str) -> int:
    """How many steps may run side by side: a whole number from 1 on."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {MOST_WORKERS}")
    return int(text)


def main(options: argparse.Namespace) -> ExitStatus:
    """Run the pipeline."""
    places = settings.load()
    asked = pipeline.read(pipeline.find(options.pipeline, places), places)
    books, faults = notebooks.read_all(asked.notebooks)
    if faults:
        raise PreflightError(listed("refused before the first cell, and nothing was started:", faults))
    plan = parameters.plan(
        asked, books, given=options.parameter, file=options.file, as_of=options.as_of, environment=os.environ
    )
    # What is wrong with a command is said at once; what runs notebooks takes seconds to load.
    launch = importlib.import_module("runner.launch")
    choice = Choice(force=options.force, only=options.only, start=options.start)
    return launch.launch(
        asked,
        books,
        plan,
        places,
        command=options.command_line,
        as_json=options.json,
        choice=choice,
        cold=options.cold,
        workers=options.workers,
        cluster=options.cluster,
    )
