"""`runner history`: past runs, newest first."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from runner import settings, wording
from runner.errors import RecordError
from runner.outcomes import ExitStatus, Status
from runner.progress import colour, console_for
from runner.records import archive, identifiers

EXAMPLE = "runner history --pipeline monthly --status failed --since 2026-01-01 -n 5"
STATUSES = [status.value for status in Status if status not in (Status.CACHED, Status.NOT_RUN)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--pipeline", help="only runs of this pipeline")
    parser.add_argument("--status", choices=STATUSES, help="only runs that ended so")
    parser.add_argument("--since", type=_day, metavar="DATE", help="only runs started on this day or later, YYYY-MM-DD")
    parser.add_argument("-n", type=_count, default=20, metavar="N", help="at most so many (20; 0 for all)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def main(options: argparse.Namespace) -> ExitStatus:
    """Print the runs."""
    places = settings.load()
    found = []
    for manifest in _manifests(places.output, options.pipeline, options.since):
        if options.status in (None, manifest["status"]):
            found.append(manifest)
        if len(found) == options.n:
            break
    if options.json:
        sys.stdout.write(json.dumps([_facts(one) for one in found], indent=1, ensure_ascii=False) + "\n")
    elif found:
        _print(found)
    else:
        console_for(sys.stdout).print(Text("no run yet" if not options.status else f"no run is {options.status}"))
    return ExitStatus.SUCCEEDED


def _manifests(output: Path, pipeline: str | None, since: date | None) -> Iterator[dict[str, Any]]:
    """Manifests, newest first; one that cannot be read is told on stderr, and the others are still listed."""
    for folder in archive.run_folders(output, pipeline):
        if since and identifiers.made_at(folder.name).astimezone().date() < since:
            return
        try:
            yield archive.read_manifest(folder)
        except RecordError as error:
            console_for(sys.stderr).print(Text(str(error), style="red"))


def _print(found: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "pipeline", "started", "date", "status", "time", "why"):
        table.add_column(
            heading, no_wrap=heading != "why", overflow="ellipsis", justify="right" if heading == "time" else "left"
        )
    for one in found:
        status = Text(one["status"], style=colour(one["status"]))
        reason = Text((one["reason"] or "").splitlines()[0] if one["reason"] else "")
        started, time = wording.moment(one["started"]), wording.seconds(one["seconds"])
        table.add_row(one["run_id"], one["pipeline"], started, one["logical_date"], status, time, reason)
    console_for(sys.stdout).print(table)


def _facts(manifest: dict[str, Any]) -> dict[str, Any]:
    kept = ("run_id", "pipeline", "status", "reason", "logical_date", "started", "finished", "seconds")
    steps = {step["name"]: step["status"] for step in manifest["steps"]}
    return {**{name: manifest[name] for name in kept}, "steps": steps}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date of the form YYYY-MM-DD") from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
