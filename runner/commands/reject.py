"""`runner reject RUN -m TEXT`: a reviewer's word that a run may not go live, bound to the run as it is."""

from __future__ import annotations

import argparse

from runner.commands import approve
from runner.ledger.line import Event
from runner.outcomes import ExitStatus

EXAMPLE = "runner reject latest -m 'October is missing from the source'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command: those of `approve`."""
    approve.add_arguments(parser)


def main(options: argparse.Namespace) -> ExitStatus:
    """Reject the run; where it is current already, `runner rollback` takes it back."""
    return approve.speak(options, Event.REJECTED)
