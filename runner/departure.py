"""The departure of a run: preflight, what earlier runs have left to deliver, the run itself, and what is said of it."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from runner import again
from runner.delivery.desk import Completion
from runner.delivery.spool import sync
from runner.errors import PreflightError, RecordError
from runner.opening import AlreadyRun
from runner.order import Order
from runner.outcomes import ExitStatus
from runner.preflight import looking
from runner.preflight.findings import require
from runner.progress import console_for, reporter, summarize
from runner.records import archive
from runner.run import run
from runner.settings import Settings


def depart(order: Order, settings: Settings, *, as_json: bool) -> ExitStatus:
    """Run what is ordered."""
    receive = [order.notebooks[step].path.name for step, values in order.plan.values.items() if values]
    findings = looking.look(
        order.notebooks.values(), order.plan.inputs, receive, settings, pipeline=order.pipeline.name
    )
    require(findings)
    console = console_for(sys.stderr if as_json else sys.stdout)
    for finding in findings:
        if finding.remark:
            console.print(Text(f"{finding.subject}: {finding.remark}", style="yellow"))
    try:
        for earlier in sync(settings):
            console.print(Text(f"of the earlier run {earlier.run_id}:", style="dim"))
            _tell_delivery(console, earlier.completion)
    except RecordError as fault:
        raise PreflightError(f"refused before the first cell, and nothing was started: {fault}") from fault
    try:
        with reporter(console) as shown:
            ended = run(order, settings, shown)
    except AlreadyRun as already:
        return again.tell(console, already, settings, as_json=as_json)
    if ended.exit_status is ExitStatus.LOCKED:
        console.print(Text(f"refused: {ended.record.reason}", style="red"))
        console.print(Text(f"recorded as run {ended.record.run_id}", style="dim"))
    else:
        summarize(console, ended.manifest, ended.folder)
        _tell_delivery(console, ended.completion, went_well=ended.record.status.good)
    if as_json:
        sys.stdout.write(archive.as_text(ended.manifest))
    return ended.exit_status


def _tell_delivery(console: Console, completion: Completion, *, went_well: bool = True) -> None:
    for refused in completion.refused:
        console.print(Text(f"refused: {refused}", style="red"))
    if completion.pending:
        console.print(Text(f"delivery pending: {completion.reason}; `runner sync` delivers it", style="yellow"))
    elif completion.reason:
        console.print(Text(completion.reason, style="yellow"))
    if completion.promotion is not None and went_well:
        console.print(Text(completion.promotion.text))
