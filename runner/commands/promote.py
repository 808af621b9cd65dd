"""`runner promote RUN`: make a run's results the current ones, by a person's decision."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from rich.text import Text

from runner import settings
from runner.delivery.places import Places
from runner.errors import PlaceError, UsageError
from runner.ledger.reconcile import reconcile
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.promotion import aftermath, reviewer, seal
from runner.promotion.promote import Hand, Promotion, promote
from runner.records import archive

EXAMPLE = """runner promote latest-good
  runner promote 019a0000 --despite-gates -m 'the new stores moved the silhouette; agreed with marketing'"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="run id, unique prefix of one, latest, latest-good or previous")
    parser.add_argument("-m", "--message", metavar="TEXT", help="why; the promotion keeps it")
    parser.add_argument("--despite-gates", action="store_true", help="also where a gate fails; needs -m")
    parser.add_argument("--older", action="store_true", help="also where the current run is the later one; needs -m")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Promote the run, or say what keeps it from going live; nothing passes over a missing or void approval."""
    if (options.despite_gates or options.older) and not (options.message or "").strip():
        raise UsageError("--despite-gates and --older want a reason: add -m TEXT")
    by = reviewer.name(known := settings.load())
    folder = archive.find(options.run, known.output, options.pipeline)
    hand = Hand(options.despite_gates, options.older, options.message)
    places = Places(known)
    try:
        reconcile(known, places.book)
        run = seal.check(places.book, folder)
        aftermath.publish_lines(places)  # an approval may not have come there yet
        pipeline = run.manifest["pipeline"]
        outcome = promote(places.database, folder.name, pipeline, by, policy=run.policy, hand=hand)
        return finish(places, pipeline, outcome, as_json=options.json)
    finally:
        places.close()


def finish(places: Places, pipeline: str, outcome: Promotion, *, as_json: bool) -> ExitStatus:
    """Let ledger and files follow, and say what became of it."""
    pending = None
    if outcome.promoted:
        try:
            aftermath.settle(places, pipeline)
        except PlaceError as fault:
            pending = str(fault)
    if as_json:
        told = {**asdict(outcome), "pending": pending}
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    else:
        _tell(outcome, pending)
    if pending:
        return ExitStatus.PENDING
    return ExitStatus.SUCCEEDED if outcome.promoted else ExitStatus.FAILED


def _tell(outcome: Promotion, pending: str | None) -> None:
    console = console_for(sys.stdout)
    console.print(Text(outcome.text, style="" if outcome.promoted else "yellow"))
    for result in outcome.gates:
        if outcome.promoted and not result.passed:
            console.print(Text(f"passed over: {result.text}", style="red"))
    if pending:
        console.print(Text(f"pending: {pending}; `runner sync` makes up for it", style="yellow"))
