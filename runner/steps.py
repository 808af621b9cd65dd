"""The scene of a run: what its steps share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from runner.crew import dispatch
from runner.crew.budget import Budget, Share
from runner.crew.roll import Roll
from runner.crew.task import Executor
from runner.delivery.spool import Spool
from runner.kernel.stopping import Stop
from runner.locking.lock import Lock
from runner.order import Order
from runner.origins.reuse import Shelf
from runner.progress import Reporter
from runner.records.journal import Journal
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from runner.values.parameters import Value
from runner.warming import Warming


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

    def share(self, step: str) -> Share | None:
        """What a step takes of the CPUs; None where steps run one by one, or where others share theirs out."""
        workers = self.order.workers
        if workers == 1 or self.order.cluster is not None:
            return None
        together = dispatch.at_once(step, self.roll.record.steps, workers)
        return self.budget.share(self.order.pipeline.step(step).threads, together, os.environ)

    def is_over(self) -> bool:
        """Whether the run has to end now: a signal came, or its time is up."""
        return self.stop.asked() or self.out_of_time()
