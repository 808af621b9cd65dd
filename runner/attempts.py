"""Attempts at a step: a notebook that fails is run again only where the pipeline asks for it, after a pause."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.execute import Execution, execute
from runner.kernel.supervision import Supervision
from runner.outcomes import Status
from runner.progress import Reporter
from runner.reading.pipeline import Step
from runner.records.journal import Journal
from runner.records.record import AttemptRecord

_FINAL = (Status.SUCCEEDED, Status.CANCELLED)
"""After these no other attempt is made."""
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True)
class Tries:
    """What every attempt at a step shares."""

    name: str
    notebook: Path
    copy: Path
    values: Mapping[str, object]
    supervision: Supervision
    asked: Step


def run(tries: Tries, journal: Journal, reporter: Reporter) -> tuple[Execution, tuple[AttemptRecord, ...]]:
    """The last execution of a step, and the records of those before it, each with its own executed copy."""
    earlier: list[AttemptRecord] = []
    while True:
        execution = execute(tries.notebook, tries.copy, tries.values, tries.supervision)
        if execution.story:
            journal.write("fault", step=tries.name, story=execution.story)
        if execution.status in _FINAL or len(earlier) == tries.asked.retries or _over(tries.supervision):
            return execution, tuple(earlier)
        number, pause = len(earlier) + 1, tries.asked.retry_wait_seconds * 2 ** len(earlier)
        told = f"attempt {number} of {1 + tries.asked.retries} ended as {execution.status}: {execution.reason}"
        journal.write("attempt_ended", step=tries.name, attempt=number, status=execution.status, pause=pause)
        reporter.say(f"      {tries.name}: {told}; the next one in {pause:g} s", style="yellow")
        if not _waited(pause, tries.supervision):
            return execution, tuple(earlier)
        earlier.append(_kept(number, execution, tries))


def _kept(number: int, execution: Execution, tries: Tries) -> AttemptRecord:
    """The record of an attempt, whose copy makes way for that of the next one."""
    aside = tries.copy.with_name(f"{tries.copy.stem}.attempt-{number}.ipynb")
    if tries.copy.is_file():
        tries.copy.replace(aside)
    return AttemptRecord(
        number=number,
        status=execution.status,
        reason=execution.reason,
        stopped_at=execution.stopped_at,
        started=execution.started,
        seconds=execution.seconds,
        copy=aside.name,
    )


def _waited(seconds: float, supervision: Supervision) -> bool:
    """Whether the pause came to its end before a signal or the run's limit."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if _over(supervision):
            return False
        time.sleep(min(_LOOK_EVERY_S, max(ends - time.monotonic(), 0)))
    return not _over(supervision)


def _over(supervision: Supervision) -> bool:
    ends = supervision.run_ends
    return supervision.stop.signal is not None or (ends is not None and time.monotonic() >= ends)
