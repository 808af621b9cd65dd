"""`runner sync`: deliver what earlier runs could not, oldest first."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from runner import settings
from runner.delivery import arrears, spool
from runner.delivery.desk import Completion
from runner.delivery.spool import Synced
from runner.errors import PlaceError
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.settings import Settings

EXAMPLE = "runner sync --json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Deliver, and print what became of each run that had something left; then make up for what else is behind."""
    places, console, done = settings.load(), console_for(sys.stderr if options.json else sys.stdout), []
    with console.status("looking at the ledger") as status:
        for one in spool.sync(places, lambda run_id: status.update(f"delivering {run_id}")):
            done.append(one)
            if not options.json:
                _print(console, one)
        behind = _behind(places)
    if options.json:
        sys.stdout.write(json.dumps([_facts(one) for one in done], indent=1, ensure_ascii=False) + "\n")
    elif not done and behind is None:
        console.print(Text("nothing is pending"))
    if behind is not None:
        console.print(Text(f"pending: {behind}", style="yellow"))
    return _exit_status([one.completion for one in done], pending=behind is not None)


def _behind(places: Settings) -> str | None:
    """Why something is still behind; None where nothing is."""
    try:
        arrears.settle(places)
    except PlaceError as fault:
        return str(fault)
    return None


def _exit_status(completions: list[Completion], *, pending: bool) -> ExitStatus:
    if any(one.damaged for one in completions):
        return ExitStatus.DAMAGED
    if pending or any(one.pending for one in completions):
        return ExitStatus.PENDING
    return ExitStatus.FAILED if any(one.refused for one in completions) else ExitStatus.SUCCEEDED


def _print(console: Console, one: Synced) -> None:
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
