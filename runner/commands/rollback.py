"""`runner rollback [PIPELINE]`: make the results of the run before current again."""

from __future__ import annotations

import argparse

from runner import settings
from runner.commands import promote
from runner.delivery.places import Places
from runner.errors import UsageError
from runner.outcomes import ExitStatus
from runner.promotion import reviewer
from runner.promotion.rollback import pipelines, rollback
from runner.tables import database

EXAMPLE = "runner rollback monthly -m 'the November file held two days twice'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("pipeline", metavar="PIPELINE", nargs="?", help="name; may be left out where there is only one")
    parser.add_argument("-m", "--message", metavar="TEXT", help="why; the promotion keeps it")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")


def main(options: argparse.Namespace) -> ExitStatus:
    """Go back by one run; going back again goes one further."""
    by = reviewer.name(known := settings.load())
    places = Places(known)
    try:
        pipeline = options.pipeline or _only(places)
        outcome = rollback(places.database, pipeline, by, options.message)
        return promote.finish(places, pipeline, outcome, as_json=options.json)
    finally:
        places.close()


def _only(places: Places) -> str:
    names = database.transact(places.database, pipelines)
    if len(names) != 1:
        raise UsageError(f"say which pipeline: {', '.join(names)}" if names else "no run of any pipeline is current")
    return names[0]
