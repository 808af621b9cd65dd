"""The command line: which commands there are, and what becomes of an error. A command is loaded when it is called."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from runner import settings
from runner.errors import RunnerError
from runner.outcomes import ExitStatus
from runner.settings import CHANNELS

COMMANDS = {
    "run": "run a pipeline",
    "params": "the parameters of a pipeline or a notebook",
    "check": "what a run needs, looked at before the first cell",
    "resume": "go on from the step at which a run stopped",
    "attach": "open a step of a run in JupyterLab or a console, in a scratch folder",
    "rerun": "run again from the recorded commit and parameters, and compare",
    "backfill": "one run for each of several dates",
    "history": "past runs, newest first",
    "show": "one run: status, steps, parameters, provenance, metrics, files",
    "diff": "what differs between two runs, or between a run and the working tree",
    "verify": "recompute every digest and the chain, and name what was altered, removed, added or cut off",
    "approve": "say that a run may go live",
    "reject": "say that a run may not go live",
    "promote": "make a run's results the current ones",
    "rollback": "make the results of the run before current again",
    "sync": "deliver what could not be delivered",
    "prune": "remove old runs; the ledger keeps their digests",
    "pin": "keep a run for good, or let go of it",
    "restore": "rebuild a database of results from the archive",
    "cron": "what runs by itself: put it into cron, show it, take it out",
    "serve": "the history of all runs in a browser",
    "export": "the same pages as files",
}
STATUSES = """exit status:
  0  succeeded
  1  a step failed
  2  the command or a parameter is wrong; nothing was started
  3  refused by preflight; nothing was started
  4  another run of the pipeline is under way
  5  timed out
  6  the kernel died or ran out of memory
  7  ran, but delivery is pending (runner sync)
  8  verification found damage
  130, 143  stopped by a signal"""
TELLING = ("run", "resume", "rerun", "backfill", "sync")
"""Commands after which people are told of runs that failed; `check --expect` and `cron` tell by themselves."""
_RAW = argparse.RawDescriptionHelpFormatter


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status tells how it went (see `runner.outcomes.ExitStatus`)."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = _overview()
    if not given:
        parser.print_help()
        return ExitStatus.USAGE
    name = parser.parse_args(given[:1]).command
    command = load(name)
    options = parser_for(name, command).parse_args(given[1:])
    options.command_line = shlex.join(["runner", *given])
    status = _status_of(name, command, options)
    if name in TELLING and any(os.environ.get(channel, "").strip() for channel in CHANNELS):
        _tell()
    return status


def _status_of(name: str, command: Any, options: argparse.Namespace) -> int:  # noqa: ANN401 - a module
    try:
        return int(command.main(options))
    except RunnerError as error:
        print(f"runner {name}: {error}", file=sys.stderr)  # noqa: T201 - the one line that the person needs
        return error.exit_status
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED


def _tell() -> None:
    """Let people know of runs that failed; whatever comes of it, the command has ended as it has ended."""
    try:
        for said in importlib.import_module("runner.notices.sending").tell(settings.load()):
            print(f"runner: {said}", file=sys.stderr)  # noqa: T201 - for the person, beside the outcome
    except (RunnerError, KeyboardInterrupt):
        return


def load(name: str) -> Any:  # noqa: ANN401 - a module
    """The module of a command: `EXAMPLE`, `add_arguments(parser)` and `main(options) -> exit status`."""
    # jsonschema tries this optional checker of web addresses, which spends 1.5 s on a grammar no notebook needs.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is Python's word for "not here"
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # what it would say is in the record
    return importlib.import_module(f"runner.commands.{name}")


def parser_for(name: str, command: Any) -> argparse.ArgumentParser:  # noqa: ANN401 - a module
    """The parser of one command."""
    parser = argparse.ArgumentParser(
        prog=f"runner {name}",
        description=f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}.",
        epilog=f"example:\n  {command.EXAMPLE}",
        formatter_class=_RAW,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    return parser


def _overview() -> argparse.ArgumentParser:
    commands = "\n".join(f"  {name:<9}{meaning}" for name, meaning in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="runner",
        usage="runner COMMAND …",
        description="Run pipelines of notebooks and keep every run as evidence.",
        epilog=f"commands:\n{commands}\n\nexample:\n  runner run monthly\n\n{STATUSES}\n\nmore: runner COMMAND --help",
        formatter_class=_RAW,
        allow_abbrev=False,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="what to do")
    return parser
