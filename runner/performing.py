"""One step that has to be run: whoever runs it is given its task, and what came of it is a record."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.crew.task import Performance, Task
from runner.delivery.publication import read_request, requests_in, step_of
from runner.errors import DeliveryError
from runner.kernel.supervision import Watch
from runner.outcomes import Status
from runner.records.record import FileRecord, RunRecord, StepRecord
from runner.steps import Scene
from runner.values import parameters
from runner.values.parameters import Value
from runner.values.shown import told

_SURROUNDINGS = ("code", "lock", "packages", "python")
_OWN = ("story", "read_back", "started")
"""What an execution tells that is no part of a step's record."""


def perform(step: StepRecord, values: Mapping[str, Value], scene: Scene) -> StepRecord:
    """Run the notebook; the manifest on disk says meanwhile that it is running."""
    names = [one.name for one in scene.roll.record.steps]
    scene.reporter.step_started(step.name, 1 + names.index(step.name), len(names), step.why or "")
    step = dataclasses.replace(step, status=Status.RUNNING, started=datetime.now(UTC))
    scene.roll.enter(step)
    scene.journal.write("step_started", step=step.name, content_key=step.content_key, why=step.why)
    done = scene.executor.perform(_task(step, values, scene), _StepWatch(step.name, scene))
    values = {**values, **{name: Value(value, values[name].origin) for name, value in done.values.items()}}
    overridden = tuple(parameters.overridden(values, done.execution.read_back))
    step = dataclasses.replace(step, parameters=told(values))
    return _judged(dataclasses.replace(_ended(step, done, scene), overridden=overridden), done)


def _task(step: StepRecord, values: Mapping[str, Value], scene: Scene) -> Task:
    asked, minutes = scene.order.pipeline.step(step.name), scene.order.pipeline.timeout_minutes
    share = scene.share(step.name)
    return Task(
        name=step.name,
        asked=asked,
        notebook=scene.order.notebooks[step.name].path,
        copy=step.copy,
        values={name: one.value for name, one in values.items() if one.origin != "default"},
        read_back=tuple(values),
        references=tuple(scene.order.plan.references.get(step.name, {}).values()),
        inputs=tuple(name for name, one in values.items() if one.origin == "input"),
        needed=tuple(_needed(step, scene.roll.record)),
        threads=asked.threads if share is None else share.threads,
        pool=asked.threads if share is None else share.pool,
        surroundings={name: (step.content or {}).get(name) for name in _SURROUNDINGS},
        run_seconds=None if minutes is None else minutes * 60,
        run_ends=scene.run_ends,
    )


def _needed(step: StepRecord, record: RunRecord) -> Iterator[FileRecord]:
    """The files of the steps that it needs, and of those that these need."""
    wanted = {step.name}
    for one in reversed(record.steps):
        if one.name in wanted:
            wanted.update(one.needs)
    return (file for one in record.steps if one.name in wanted - {step.name} for file in one.files)


def _ended(step: StepRecord, done: Performance, scene: Scene) -> StepRecord:
    """The record of the step with what its last attempt came to."""
    execution = done.execution
    outcome = {field.name: getattr(execution, field.name) for field in dataclasses.fields(execution)}
    return dataclasses.replace(
        step,
        **{name: value for name, value in outcome.items() if name not in _OWN},
        seconds=round((execution.finished - (step.started or execution.started)).total_seconds(), 3),
        attempts=done.attempts,
        files=done.files,
        publications=publications(step.name, scene),
    )


def _judged(step: StepRecord, done: Performance) -> StepRecord:
    """The step, failed if what it wrote or asked for may not stay as it is."""
    reasons = [*done.faults]
    reasons += [
        f"what it asked to publish was refused: {str(one.get('reason')).splitlines()[0]}"
        for one in step.publications
        if one["status"] == "refused"
    ]
    if not reasons:
        return step
    status = step.status if not step.status.good else Status.FAILED
    return dataclasses.replace(step, status=status, reason="; ".join(filter(None, (step.reason, *reasons))))


def publications(step: str, scene: Scene) -> tuple[dict[str, Any], ...]:
    """What a step asked to publish, and the answer to it; a request without one is still to be delivered."""
    answers = {name: one.model_dump(mode="json") for name, one in scene.spool.receipts.items()}
    own = [path for path in requests_in(scene.spool.folder) if step_of(path) == step]
    return tuple(
        {"request": path.name, **answers.get(path.name, {"status": "pending"}), "asked": _asked(path, scene)}
        for path in own
    )


def _asked(path: Path, scene: Scene) -> dict[str, Any] | None:
    """The request itself, which a later run makes again where it takes over the step; None for one that is refused."""
    try:
        return read_request(path, scene.folder.name, scene.folder).model_dump(mode="json")
    except DeliveryError:
        return None


class _StepWatch(Watch):
    """Passes on to the journal and to the person what happens in one step."""

    def __init__(self, step: str, scene: Scene) -> None:
        self._step = step
        self._scene = scene

    def kernel_started(self, pid: int, *, warm: bool = False) -> None:
        self._scene.journal.write("kernel_started", step=self._step, pid=pid, warm=warm)

    def kernel_cold(self, why: str) -> None:
        self._scene.journal.write("kernel_cold", step=self._step, why=why)
        if self._scene.warming.is_news(why):
            self._scene.reporter.say(f"      {self._step}: its kernel is not a warm one: {why}", style="yellow")

    def cell_started(self, number: int, total: int) -> None:
        self._scene.journal.write("cell_started", step=self._step, cell=number, of=total)
        self._scene.reporter.cell_started(self._step, number, total)

    def cell_finished(self, number: int, total: int, status: Status, seconds: float) -> None:
        self._scene.journal.write(
            "cell_finished", step=self._step, cell=number, of=total, status=status, seconds=round(seconds, 3)
        )
