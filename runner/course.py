"""The course of a run: its inputs are fetched, then its steps run in order; one that cannot run says why."""

from __future__ import annotations

import dataclasses
from typing import Any

from runner.errors import InputError
from runner.intake import accepted, inputs
from runner.intake.inputs import Input
from runner.origins.reuse import NothingToTakeOver
from runner.outcomes import Status
from runner.records.record import RunRecord, StepRecord
from runner.steps import Scene, run_step
from runner.values.parameters import Value

_WORDS = {
    Status.SKIPPED: "was skipped",
    Status.TIMED_OUT: "timed out",
    Status.KERNEL_DIED: "lost its kernel",
    Status.OUT_OF_MEMORY: "ran out of memory",
    Status.CANCELLED: "was cancelled",
}


def follow(record: RunRecord, scene: Scene) -> RunRecord:
    """The record of the run once its last step is over."""
    return _with_steps(*_with_inputs(record, scene))


def _with_inputs(record: RunRecord, scene: Scene) -> tuple[RunRecord, Scene]:
    """Fetch what the pipeline names as inputs; the notebooks get the paths of the local copies."""
    facts: list[dict[str, Any]] = []
    fetched: dict[str, Value] = {}
    for name, source in scene.order.plan.inputs.items():
        if "://" in source:
            scene.reporter.say(f"fetching {name} from {inputs.shown(source)}")
        try:
            one = _input(source, record, scene)
        except InputError as error:
            scene.journal.write("input_failed", parameter=name, reason=str(error))
            if scene.is_over():
                return dataclasses.replace(record, inputs=tuple(facts)), scene
            return dataclasses.replace(record, reason=f"input {name}: {error}", inputs=tuple(facts)), scene
        facts.append({"parameter": name, **dataclasses.asdict(one)})
        fetched[name] = Value(one.injected, "input")
        scene.journal.write("input_fetched", **facts[-1])
    record = dataclasses.replace(record, inputs=tuple(facts))
    scene.manifest.write(record)
    return record, dataclasses.replace(scene, fetched=fetched)


def _input(source: str, record: RunRecord, scene: Scene) -> Input:
    if source == accepted.NAME:
        return accepted.find(record.pipeline, record.logical_date, scene.settings)
    return inputs.fetch(source, scene.folder / "inputs", scene.settings, stopped=scene.is_over)


def _with_steps(record: RunRecord, scene: Scene) -> RunRecord:
    """Run the steps in order; one that cannot run says why."""
    for position, step in enumerate(record.steps):
        try:
            done = _hindered(step, record, scene) or run_step(step, record, scene)
        except NothingToTakeOver as nothing:
            record = dataclasses.replace(record, reason=str(nothing))
            done = dataclasses.replace(step, status=Status.SKIPPED, reason=str(nothing))
        scene.journal.write("step_finished", step=step.name, status=done.status, reason=done.reason)
        scene.reporter.step_finished(scene.redactor.tree(dataclasses.asdict(done)))
        record = dataclasses.replace(record, steps=(*record.steps[:position], done, *record.steps[position + 1 :]))
        scene.manifest.write(record)
        if (fault := scene.manifest.fault) and record.reason is None:
            record = dataclasses.replace(record, reason=f"the record could not be written: {fault.strerror or fault}")
    return record


def _hindered(step: StepRecord, record: RunRecord, scene: Scene) -> StepRecord | None:
    """The record of a step that cannot run, with the reason; None for one that can."""
    if record.reason is not None:
        return dataclasses.replace(step, status=Status.SKIPPED, reason=record.reason)
    if scene.stop.signal is not None:
        return dataclasses.replace(step, status=Status.CANCELLED, reason=f"{scene.stop.signal.name} came before it")
    if scene.held.taken_over is not None:
        return dataclasses.replace(step, status=Status.SKIPPED, reason=f"the lock is lost: {scene.held.taken_over}")
    if scene.out_of_time():
        limit = f"{scene.order.pipeline.timeout_minutes:g} minutes"
        return dataclasses.replace(step, status=Status.TIMED_OUT, reason=f"the run's limit of {limit} came before it")
    if failed := _failed_needs(step, record):
        return dataclasses.replace(step, status=Status.SKIPPED, reason=f"needs {', '.join(failed)}")
    return None


def _failed_needs(step: StepRecord, record: RunRecord) -> list[str]:
    return [
        f"{one.name}, which {_WORDS.get(one.status, one.status)}"
        for one in record.steps
        if one.name in step.needs and not one.status.good
    ]
