"""A run as a person or cron starts it: what has been made before is told at once, anything else departs."""

from __future__ import annotations

import importlib
import sys

from runner import again
from runner.order import Order
from runner.outcomes import ExitStatus
from runner.progress import console_for
from runner.reading.choice import Choice
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline
from runner.settings import Settings
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
    if (already := again.found(order, settings)) is not None:
        return again.tell(console_for(sys.stderr if as_json else sys.stdout), already, settings, as_json=as_json)
    # Kernels, databases and buckets take a second to load: only a run that is made waits for them.
    status: ExitStatus = importlib.import_module("runner.departure").depart(order, settings, as_json=as_json)
    return status
