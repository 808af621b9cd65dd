"""`runner approve RUN -m TEXT`: a reviewer's word that a run may go live, bound to the run as it is."""

from __future__ import annotations

import argparse
import json
import sys

from rich.text import Text

from runner import settings
from runner.delivery.places import Places
from runner.ledger.line import Event, Line
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.promotion import reviewer, speech
from runner.promotion.promote import Promotion
from runner.records import archive

EXAMPLE = "runner approve latest-good -m 'figures agree with the till; k = 10 is right'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="run id, unique prefix of one, latest, latest-good or previous")
    parser.add_argument("-m", "--message", metavar="TEXT", required=True, help="why; the ledger keeps it")
    parser.add_argument("--pipeline", help="look among the runs of this pipeline only")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Approve the run; one that waited for nothing else goes live."""
    return speak(options, Event.APPROVED)


def speak(options: argparse.Namespace, event: Event) -> ExitStatus:
    """Write the word into the ledger, bring it to the database, and say what came of it."""
    who = reviewer.name(known := settings.load())
    folder = archive.find(options.run, known.output, options.pipeline)
    places = Places(known)
    try:
        said = speech.speak(places, folder, event, who, options.message)
    finally:
        places.close()
    _tell(said.line, said.promotion, said.pending, as_json=options.json)
    return ExitStatus.PENDING if said.pending else ExitStatus.SUCCEEDED


def _tell(line: Line, promotion: Promotion | None, pending: str | None, *, as_json: bool) -> None:
    if as_json:
        told = {
            "line": json.loads(line.text),
            "pending": pending,
            "promoted": None if promotion is None else promotion.promoted,
            "promotion": None if promotion is None else promotion.text,
        }
        sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        return
    console = console_for(sys.stdout)
    said = f"{line.run_id} {line.event} by {line.who} on {line.at:%Y-%m-%d} (line {line.number} of the ledger)"
    console.print(Text(said))
    if promotion is not None:
        console.print(Text(promotion.text))
    if pending:
        console.print(Text(f"pending: {pending}; `runner sync` brings it there", style="yellow"))
