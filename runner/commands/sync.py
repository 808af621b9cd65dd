"""`runner sync`: deliver what earlier runs could not, oldest first."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.text import Text

from runner import settings
from runner.delivery import spool
from runner.delivery.spool import Synced
from runner.outcomes import ExitStatus
from runner.progress import console_for

EXAMPLE = "runner sync --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Deliver, and print what became of each run that had something left."""
    done = []
    for one in spool.sync(settings.load()):
        done.append(one)
        if not options.json:
            _print(one)
    if options.json:
        sys.stdout.write(json.dumps([_facts(one) for one in done], indent=1, ensure_ascii=False) + "\n")
    elif not done:
        console_for(sys.stdout).print(Text("nothing is pending"))
    if any(one.completion.pending for one in done):
        return ExitStatus.PENDING
    return ExitStatus.FAILED if any(one.completion.refused for one in done) else ExitStatus.SUCCEEDED


def _print(one: Synced) -> None:
    console = console_for(sys.stdout)
    completion = one.completion
    for refused in completion.refused:
        console.print(Text(f"{one.run_id}  refused: {refused}", style="red"))
    if completion.pending:
        console.print(Text(f"{one.run_id}  pending: {completion.reason}", style="yellow"))
    elif completion.promotion is None:
        console.print(Text(f"{one.run_id}  {completion.reason or 'left in the spool'}", style="yellow"))
    else:
        console.print(Text(f"{one.run_id}  delivered {completion.objects:,} files; {completion.promotion.text}"))


def _facts(one: Synced) -> dict[str, Any]:
    completion = one.completion
    return {
        "run_id": one.run_id,
        "pending": completion.pending,
        "reason": completion.reason,
        "refused": list(completion.refused),
        "objects": completion.objects,
        "promoted": None if completion.promotion is None else completion.promotion.promoted,
        "promotion": None if completion.promotion is None else completion.promotion.text,
    }
