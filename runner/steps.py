"""One step of a run: its effective values, its kernel's circumstances, and its record when it is over."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner import archive, inputs, provenance
from runner.delivery.publication import requests_in
from runner.delivery.spool import Spool
from runner.execute import Execution, execute
from runner.journal import Journal
from runner.kernel import process
from runner.kernel.stopping import Stop
from runner.kernel.supervision import Supervision, Watch
from runner.notebooks import Notebook
from runner.outcomes import Status
from runner.parameters import RUN_FOLDER, Plan, Value
from runner.pipeline import Pipeline
from runner.progress import Reporter
from runner.record import FileRecord, RunRecord, StepRecord
from runner.settings import Settings


@dataclass(frozen=True)
class Order:
    """What is to be run, checked and complete."""

    pipeline: Pipeline
    notebooks: dict[str, Notebook]
    """By step."""
    plan: Plan
    command: str
    """The command line, as the person would type it again."""


@dataclass(frozen=True)
class Scene:
    """What the steps of one run share."""

    order: Order
    settings: Settings
    folder: Path
    journal: Journal
    spool: Spool
    stop: Stop
    reporter: Reporter
    fetched: Mapping[str, Value]
    """The parameters that receive inputs, with the paths of the local copies."""


def run_step(step: StepRecord, record: RunRecord, scene: Scene) -> StepRecord:
    """Run a step that is next, and return its record; the manifest on disk says meanwhile that it is running."""
    values = _values(step, scene)
    begun = dataclasses.replace(
        step,
        status=Status.RUNNING,
        started=datetime.now(UTC),
        parameters=told(values),
        content_key=_content_key(step, record, values, scene),
    )
    running = tuple(begun if one.name == step.name else one for one in record.steps)
    archive.write_manifest(scene.folder, dataclasses.replace(record, steps=running))
    scene.journal.write("step_started", step=step.name, content_key=begun.content_key)
    before = archive.snapshot(scene.folder)
    injected = {name: one.value for name, one in values.items() if one.origin != "default"}
    execution = execute(
        scene.order.notebooks[step.name].path, scene.folder / step.notebook, injected, _supervision(step, scene)
    )
    if execution.story:
        scene.journal.write("fault", step=step.name, story=execution.story)
    return _with_execution(begun, execution, archive.written_since(scene.folder, before), _publications(step, scene))


def _with_execution(
    step: StepRecord, execution: Execution, files: tuple[FileRecord, ...], publications: tuple[dict[str, Any], ...]
) -> StepRecord:
    outcome = {field.name: getattr(execution, field.name) for field in dataclasses.fields(execution)}
    del outcome["story"]
    return dataclasses.replace(step, **outcome, seconds=execution.seconds, files=files, publications=publications)


def _values(step: StepRecord, scene: Scene) -> dict[str, Value]:
    """The effective values, with the run folder and the local copies of inputs where the notebook declares them."""
    declared = scene.order.plan.values[step.name]
    values = {name: scene.fetched.get(name, value) for name, value in declared.items()}
    if RUN_FOLDER in values:
        values[RUN_FOLDER] = Value(str(scene.folder), "runner")
    return values


def _supervision(step: StepRecord, scene: Scene) -> Supervision:
    asked = scene.order.pipeline.step(step.name)
    additions = {**scene.spool.environment, "INSIDERS_STEP": step.name}
    if scene.settings.data is not None:
        additions["INSIDERS_DATA"] = str(scene.settings.data)
    return Supervision(
        environment=process.environment(os.environ, additions),
        folder=scene.order.pipeline.path.parent,
        step_seconds=_seconds(asked.timeout_minutes),
        cell_seconds=_seconds(asked.cell_timeout_minutes),
        stop=scene.stop,
        watch=_StepWatch(step.name, scene),
    )


class _StepWatch(Watch):
    """Passes on to the journal and to the person what happens in one step."""

    def __init__(self, step: str, scene: Scene) -> None:
        self._step = step
        self._scene = scene

    def kernel_started(self, pid: int) -> None:
        self._scene.journal.write("kernel_started", step=self._step, pid=pid)

    def cell_started(self, number: int, total: int) -> None:
        self._scene.journal.write("cell_started", step=self._step, cell=number)
        self._scene.reporter.cell_started(self._step, number, total)

    def cell_finished(self, number: int, total: int, status: Status, seconds: float) -> None:
        self._scene.journal.write(
            "cell_finished", step=self._step, cell=number, of=total, status=status, seconds=round(seconds, 3)
        )


def _content_key(step: StepRecord, record: RunRecord, values: dict[str, Value], scene: Scene) -> str:
    keys = [one.content_key for one in record.steps if one.name in step.needs]
    read = [one["sha256"] or one["value"] for one in record.inputs if one["parameter"] in values]
    notebook = scene.order.notebooks[step.name]
    return provenance.content_key(
        notebook.sha256,
        {name: one.value for name, one in values.items() if one.origin not in ("runner", "input")},
        before=[*keys, *read],
        environment=[
            provenance.code_digest(scene.settings.checkout, notebook.imports),
            record.provenance["lock_sha256"],
        ],
    )


def _publications(step: StepRecord, scene: Scene) -> tuple[dict[str, Any], ...]:
    """What the step asked to publish, and the answer to it; a request without one is still to be delivered."""
    answers = {name: one.model_dump(mode="json") for name, one in scene.spool.receipts.items()}
    asked = [path.name for path in requests_in(scene.spool.folder)]
    own = [name for name in asked if name.removesuffix(".request.json").rpartition("-")[0] == step.name]
    return tuple({"request": name, **answers.get(name, {"status": "pending"})} for name in own)


def told(values: dict[str, Value]) -> dict[str, dict[str, object]]:
    """Values as the manifest keeps them, with their origin; passwords in addresses are masked."""
    return {
        name: {"value": inputs.shown(one.value) if isinstance(one.value, str) else one.value, "from": one.origin}
        for name, one in values.items()
    }


def _seconds(minutes: float | None) -> float | None:
    return None if minutes is None else minutes * 60
