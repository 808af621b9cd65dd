"""`runner diff A B`: what differs between two runs; `--against-source RUN`: between a run and the working tree.

The exit status is 0 whether they differ or not, and 1 with `--exit-code` where they do or could not be compared whole.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from runner import settings
from runner.comparison import screen, terminal
from runner.comparison.comparing import compare
from runner.comparison.side import Side
from runner.errors import UsageError
from runner.files import write_aside
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.records import archive
from runner.settings import Settings

EXAMPLE = """runner diff previous latest
  runner diff 0199a3b2 latest-good --html difference.html
  runner diff --against-source latest"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    names = "run id, unique prefix of one, latest, latest-good or previous"
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"the earlier and the later run: {names}")
    parser.add_argument("--against-source", metavar="RUN", help="compare what ran with the working tree")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    parser.add_argument("--json", action="store_true", help="print all differences as JSON")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page that needs nothing else, with pictures")
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 where anything differs, as git diff does")


def main(options: argparse.Namespace) -> ExitStatus:
    """Compare, and tell."""
    places = settings.load()
    _check(options)
    if options.against_source is not None:
        return _against(options, places)
    sides = [_side(name, places, options.pipeline) for name in options.runs]
    told = compare(*sides, checkout=places.checkout, draw=options.html is not None)
    if options.html is not None:
        _write(options.html, told)
    if options.json:
        _print_json(told.to_json())
    else:
        console = console_for(sys.stdout)
        with screen.paged(console):
            terminal.show(told, console)
    return _exit(told.empty, options)


def _against(options: argparse.Namespace, places: Settings) -> ExitStatus:
    # It reads pipelines and sources, which a comparison of two runs has no need to load.
    against = importlib.import_module("runner.comparison.against")
    told = against.against_source(_side(options.against_source, places, options.pipeline), places)
    if options.json:
        _print_json(told.to_json())
    else:
        console = console_for(sys.stdout)
        with screen.paged(console):
            terminal.show_source(told, console)
    return _exit(told.empty, options)


def _check(options: argparse.Namespace) -> None:
    """Raise a `UsageError` for what cannot be meant."""
    if options.against_source is not None and (options.runs or options.html):
        raise UsageError("--against-source takes one run, and neither others nor --html beside it")
    if options.against_source is None and len(options.runs) != 2:
        raise UsageError(
            "name two runs, the earlier one first, such as `runner diff previous latest`; "
            "or one after --against-source; `runner history` lists them"
        )


def _side(name: str, places: Settings, pipeline: str | None) -> Side:
    return Side.of(archive.find(name, places.output, pipeline))


def _write(path: Path, told: Any) -> None:  # noqa: ANN401 - a Difference
    page = importlib.import_module("runner.comparison.page").page(told)
    try:
        write_aside(path, page.encode("utf-8", "replace"))
    except OSError as fault:
        raise UsageError(f"{path}: cannot be written: {fault.strerror or fault}") from None


def _print_json(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8", "replace").decode() + "\n")


def _exit(empty: bool, options: argparse.Namespace) -> ExitStatus:
    return ExitStatus.FAILED if options.exit_code and not empty else ExitStatus.SUCCEEDED
