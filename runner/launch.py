"""A run as a person or cron starts it: preflight, the run itself, and what is said at its end."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from runner import archive, preflight
from runner.delivery.desk import Completion
from runner.delivery.spool import sync
from runner.notebooks import Notebook
from runner.outcomes import ExitStatus
from runner.parameters import Plan
from runner.pipeline import Pipeline
from runner.progress import console_for, reporter, summarize
from runner.run import run
from runner.settings import Settings
from runner.steps import Order


def launch(
    pipeline: Pipeline,
    notebooks: dict[str, Notebook],
    plan: Plan,
    settings: Settings,
    *,
    command: str,
    as_json: bool = False,
) -> ExitStatus:
    """Run a pipeline whose parameters are settled, and say how it went; with `as_json` the manifest goes to stdout."""
    receive = [notebooks[step].path.name for step, values in plan.values.items() if values]
    preflight.require(preflight.look(notebooks.values(), plan.inputs, receive, settings))
    console = console_for(sys.stderr if as_json else sys.stdout)
    for earlier in sync(settings):
        console.print(Text(f"of the earlier run {earlier.run_id}:", style="dim"))
        _tell_delivery(console, earlier.completion)
    order = Order(pipeline, notebooks, plan, command)
    with reporter(console) as shown:
        ended = run(order, settings, shown)
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
