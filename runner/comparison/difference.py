"""What differs between two runs, part by part: plain facts that JSON can hold, no words of a page and no colour.

`before` is always the first run that was named and `after` the second one, whichever of them is older.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from runner.comparison.facts import Circumstance, File, Input, Metric, Module, Parameter, Step, Timing
from runner.comparison.published import Rows
from runner.comparison.shown import Notebook, Outputs


@dataclass(frozen=True)
class Run:
    """What a reader must know of a run to tell it from the other one."""

    run_id: str
    pipeline: str
    status: str
    reason: str | None
    logical_date: str
    started: str
    seconds: float | None
    commit: str | None
    dirty: bool | None
    """Whether the checkout had changes that the commit does not hold; None where git knows nothing."""
    host: str
    user: str
    command: str


@dataclass(frozen=True)
class Difference:
    """All that differs between two runs."""

    before: Run
    after: Run
    headline: tuple[str, ...] = ()
    """What matters, the most important first; at most a screen."""
    steps: tuple[Step, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    modules: tuple[Module, ...] = ()
    code: tuple[Notebook, ...] = ()
    inputs: tuple[Input, ...] = ()
    environment: tuple[Circumstance, ...] = ()
    metrics: tuple[Metric, ...] = ()
    rows: tuple[Rows, ...] = ()
    outputs: tuple[Outputs, ...] = ()
    files: tuple[File, ...] = ()
    gaps: tuple[str, ...] = ()
    """What could not be compared, and why: one sentence each."""
    timings: tuple[Timing, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    """Host, user, command: they differ, and decide nothing."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs but timings and circumstances, and everything could be compared."""
        told = (self.steps, self.parameters, self.modules, self.code, self.inputs, self.environment)
        return not any((*told, self.metrics, self.rows, self.outputs, self.files, self.gaps))

    def to_json(self) -> dict[str, Any]:
        """Everything in JSON's own types, with `empty`."""
        return {"empty": self.empty, **_plain(self)}


@dataclass(frozen=True)
class SourceDifference:
    """How the code that ran differs from the notebooks that stand in the working tree now."""

    run: Run
    commit: str | None
    """git's HEAD now; None where git knows nothing."""
    dirty: bool | None
    """Whether the working tree has changes that HEAD does not hold."""
    notebooks: tuple[Notebook, ...] = ()
    modules: tuple[Module, ...] = ()
    """Packages and modules that the notebooks import, as they are now."""
    gaps: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether what stands there now is what ran, whatever the commit is called."""
        return not (self.notebooks or self.modules or self.gaps)

    def to_json(self) -> dict[str, Any]:
        """Everything in JSON's own types, with `empty`."""
        return {"empty": self.empty, **_plain(self)}


def _plain(told: Difference | SourceDifference) -> dict[str, Any]:
    # Tuples become lists, and what is no finite number was none before.
    content: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(told), allow_nan=False, default=str))
    return content
