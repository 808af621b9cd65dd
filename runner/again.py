"""Again: a run that somebody asks for, and that has been made before."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from runner import opening
from runner.errors import UnknownRunError
from runner.opening import AlreadyRun
from runner.order import Order
from runner.outcomes import ExitStatus
from runner.progress import summarize
from runner.records import archive
from runner.records.identifiers import new_run_id
from runner.records.paths import SPOOL
from runner.settings import Settings


def found(order: Order, settings: Settings) -> AlreadyRun | None:
    """The run that makes this one needless, as far as the output folder alone can tell.

    None as well where something waits in the spool: a delivery is never kept waiting by what has been done.
    """
    if order.choice.chosen or any((settings.output / SPOOL).glob("*.json")):
        return None
    record = opening.opening(order, settings, new_run_id())
    run_id = opening.earlier(record, settings)
    return None if run_id is None else AlreadyRun(record, run_id)


def tell(console: Console, already: AlreadyRun, settings: Settings, *, as_json: bool) -> ExitStatus:
    """Say which run has done the work; its record lies here unless another host has made it."""
    console.print(Text(str(already)))
    try:
        folder = archive.find(already.run_id, settings.output)
    except UnknownRunError:
        console.print(Text("it was made by another host that shares the database", style="dim"))
        return ExitStatus.SUCCEEDED
    manifest = archive.read_manifest(folder)
    summarize(console, manifest, folder)
    if as_json:
        sys.stdout.write(archive.as_text(manifest))
    return ExitStatus.SUCCEEDED
