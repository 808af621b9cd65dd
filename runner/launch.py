"""A run as a person or cron starts it: preflight, the run itself, and what is said at its end."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from runner.delivery.desk import Completion
from runner.delivery.spool import sync
from runner.errors import PreflightError, RecordError, UnknownRunError
from runner.opening import AlreadyRun
from runner.outcomes import ExitStatus
from runner.preflight import looking
from runner.preflight.findings import require
from runner.progress import console_for, reporter, summarize
from runner.reading.choice import Choice
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline
from runner.records import archive
from runner.run import run
from runner.settings import Settings
from runner.steps import Order
from runner.values.parameters import Plan


def launch(
    pipeline: Pipeline,
    notebooks: dict[str, Notebook],
    plan: Plan,
    settings: Settings,
    *,
    command: str,
    as_json: bool = False,
    choice: Choice | None = None,
    parent: dict[str, str] | None = None,
    may_go_live: bool = True,
    cold: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
) -> ExitStatus:
    """Run a pipeline whose parameters are settled, and say how it went; with `as_json` the manifest goes to stdout."""
    order = Order(
        pipeline,
        notebooks,
        plan,
        command,
        choice or Choice(),
        parent,
        cold=cold,
        may_go_live=may_go_live,
        asked_workers=workers,
        cluster=cluster,
    )
    order.choice.check(pipeline)
    receive = [notebooks[step].path.name for step, values in plan.values.items() if values]
    findings = looking.look(notebooks.values(), plan.inputs, receive, settings, pipeline=pipeline.name)
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
        return _tell_already(console, already, settings, as_json=as_json)
    if ended.exit_status is ExitStatus.LOCKED:
        console.print(Text(f"refused: {ended.record.reason}", style="red"))
        console.print(Text(f"recorded as run {ended.record.run_id}", style="dim"))
    else:
        summarize(console, ended.manifest, ended.folder)
        _tell_delivery(console, ended.completion, went_well=ended.record.status.good)
    if as_json:
        sys.stdout.write(archive.as_text(ended.manifest))
    return ended.exit_status


def _tell_already(console: Console, already: AlreadyRun, settings: Settings, *, as_json: bool) -> ExitStatus:
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


def _tell_delivery(console: Console, completion: Completion, *, went_well: bool = True) -> None:
    for refused in completion.refused:
        console.print(Text(f"refused: {refused}", style="red"))
    if completion.pending:
        console.print(Text(f"delivery pending: {completion.reason}; `runner sync` delivers it", style="yellow"))
    elif completion.reason:
        console.print(Text(completion.reason, style="yellow"))
    if completion.promotion is not None and went_well:
        console.print(Text(completion.promotion.text))
