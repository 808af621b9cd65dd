"""An order: what is to be run, as somebody has asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from runner.reading.choice import Choice
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline
from runner.values.parameters import Plan


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
