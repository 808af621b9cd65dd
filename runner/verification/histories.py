"""The history of each run, as the ledger tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from runner.ledger.line import Event, Line
from runner.outcomes import Status
from runner.verification.findings import Findings, Kind

ON_RUNS = frozenset(Event) - {Event.OPENED, Event.QUARANTINED}
"""Events that a run must have begun for."""


@dataclass
class History:
    """What the ledger tells of one run; numbers of lines, None where there is no such line."""

    pipeline: str | None
    started: int | None = None
    finished: int | None = None
    adopted: int | None = None
    pruned: int | None = None
    digest: str | None = None
    """SHA-256 of the manifest that the run ended with."""
    lines: list[int] = field(default_factory=list)
    """Numbers of all lines about it."""

    @property
    def ended(self) -> bool:
        """Whether the ledger says what the run ended with."""
        return self.digest is not None


@dataclass
class Histories:
    """The histories of all runs, as one line after the other is read."""

    of: dict[str, History] = field(default_factory=dict)
    opened: datetime | None = None
    """When the ledger was begun."""
    in_use: int | None = None
    """Number of the first line after those that took in what was there before the ledger."""

    def read(self, lines: Iterable[Line], findings: Findings) -> None:
        """Take in the lines, and tell of those that the runner would not have written."""
        for line in lines:
            if fault := self._fault(line):
                findings.damage(Kind.FORGED, f"ledger, line {line.number}", found=fault, run=line.run_id)
            self._take(line)

    def _fault(self, line: Line) -> str | None:
        """Why the runner would not have written a line after those before it; None where it may have."""
        if line.event is Event.OPENED:
            return None if line.number == 1 else "a ledger that is opened again"
        if line.number == 1:
            return "a first line that does not open the ledger"
        if line.event not in ON_RUNS:
            return None
        if line.run_id is None:
            return f"a line `{line.event}` that names no run"
        known = self.of.get(line.run_id)
        return _fault(line, known)

    def _take(self, line: Line) -> None:
        if line.event is Event.OPENED and self.opened is None:
            self.opened = line.at
        if line.run_id is None or line.event not in ON_RUNS:
            return
        known = self.of.setdefault(line.run_id, History(line.pipeline))
        known.lines.append(line.number)
        if line.event is not Event.ADOPTED:
            self.in_use = self.in_use or line.number
        if line.event is Event.STARTED:
            known.started = known.started or line.number
        elif line.event is Event.ADOPTED:
            known.adopted, known.digest = line.number, line.digest
        elif line.event is Event.FINISHED and known.digest is None:
            known.finished, known.digest = line.number, line.digest
        elif line.event is Event.PRUNED:
            known.pruned = line.number


def _fault(line: Line, known: History | None) -> str | None:
    event = line.event
    if known is None:
        begins = event in (Event.STARTED, Event.ADOPTED) or (event is Event.FINISHED and _never_started(line))
        return None if begins else f"a line `{event}` of a run that never started"
    if line.pipeline is not None and known.pipeline is not None and line.pipeline != known.pipeline:
        return f"a line that says {line.pipeline} of a run of {known.pipeline}"
    if event in (Event.STARTED, Event.ADOPTED):
        return "a run that begins twice"
    if event is Event.FINISHED and known.digest is not None:
        return "a run that ends twice"
    if event is Event.FINISHED and line.digest is None:
        return "an end without a digest"
    if event is Event.PRUNED and not known.ended:
        return "a run that is pruned before it ended"
    return None


def _never_started(line: Line) -> bool:
    """Whether a run may end without having started: one that was refused, or was found after a crash."""
    return line.facts.get("status") == Status.SKIPPED or bool(line.facts.get("found"))
