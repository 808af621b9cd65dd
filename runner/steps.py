"""What the steps of one run share: what was asked for, and the scene on which it happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from runner.crew.budget import Budget
from runner.crew.roll import Roll
from runner.crew.task import Executor
from runner.delivery.spool import Spool
from runner.intake import inputs
from runner.kernel.stopping import Stop
from runner.locking.lock import Lock
from runner.origins.reuse import Shelf
from runner.progress import Reporter
from runner.reading.choice import Choice
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline
from runner.records.journal import Journal
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from runner.values.parameters import Plan, Value
from runner.values.texts import plain
from runner.warming import Warming


@dataclass(frozen=True)
class Order:
    """What is to be run, checked and complete."""

    pipeline: Pipeline
    notebooks: dict[str, Notebook]
    """By step."""
    plan: Plan
    command: str
    """The command line, as the person would type it again."""
    choice: Choice = field(default_factory=Choice)
    parent: dict[str, str] | None = None
    """The run that this one goes on from, or repeats (`RunRecord.parent`)."""
    cold: bool = False
    """Whether every kernel is started anew."""
    may_go_live: bool = True
    """Whether its results may become current by themselves; those of a repetition never do."""
    asked_workers: int | None = None
    """How many steps may run side by side; None for what the pipeline file says."""

    cluster: str | None = None
    """The address of the scheduler whose workers run the steps; None where they run on this machine."""

    @property
    def workers(self) -> int:
        """How many steps may run side by side; one after the other where nobody says more.

        On a cluster all that can begin are sent, and the scheduler says which waits.
        """
        if self.cluster is not None:
            return max(len(self.pipeline.ordered()), 2)
        return self.asked_workers or self.pipeline.workers or 1


@dataclass(frozen=True)
class Scene:
    """What the steps of one run share."""

    order: Order
    settings: Settings
    folder: Path
    roll: Roll
    """The record of the run, as it is now."""
    executor: Executor
    """Who runs the steps."""
    budget: Budget
    """What they may take together."""
    journal: Journal
    spool: Spool
    stop: Stop
    reporter: Reporter
    redactor: Redactor
    shelf: Shelf
    run_ends: float | None
    """When the limit of the whole run passes, by `time.monotonic`; None where it has none."""
    held: Lock
    """The lock under which the run goes."""
    warming: Warming
    fetched: Mapping[str, Value] = field(default_factory=dict)
    """The parameters that receive inputs, with the paths of the local copies."""

    def out_of_time(self) -> bool:
        """Whether the limit of the whole run has passed."""
        return self.run_ends is not None and monotonic() >= self.run_ends

    def is_over(self) -> bool:
        """Whether the run has to end now: a signal came, or its time is up."""
        return self.stop.asked() or self.out_of_time()


def told(values: Mapping[str, Value]) -> dict[str, dict[str, object]]:
    """Values as the manifest keeps them, with their origin; passwords in addresses are masked."""
    return {name: {"value": _told(one.value), "from": one.origin} for name, one in values.items()}


def _told(value: object) -> object:
    return inputs.shown(value) if isinstance(value, str) else plain(value)
