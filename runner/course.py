"""The course of a run: its inputs are fetched, then its steps run; one that cannot run says why."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from runner.crew import dispatch
from runner.crew.budget import Need
from runner.deciding import run_step
from runner.errors import InputError
from runner.intake import accepted, inputs
from runner.intake.inputs import Input
from runner.kernel import orphans
from runner.origins.reuse import NothingToTakeOver
from runner.outcomes import Status
from runner.records.record import RunRecord, StepRecord
from runner.steps import Scene
from runner.values.parameters import Value
from runner.values.shown import shown

_WORDS = {
    Status.SKIPPED: "was skipped",
    Status.TIMED_OUT: "timed out",
    Status.KERNEL_DIED: "lost its kernel",
    Status.OUT_OF_MEMORY: "ran out of memory",
    Status.CANCELLED: "was cancelled",
}


def follow(scene: Scene) -> RunRecord:
    """The record of the run once its last step is over."""
    scene = _with_inputs(scene)
    steps, workers = scene.roll.record.steps, scene.order.workers
    settle = partial(_settle, scene=scene)
    if workers == 1:
        dispatch.in_turn(steps, settle)
    else:
        need = partial(_need, scene=scene)
        # The processes of a kernel whose guardian was killed come to the runner until the last kernel is gone.
        with orphans.received():
            dispatch.side_by_side(steps, settle, workers=workers, budget=scene.budget, need=need)
    return scene.roll.record


def _with_inputs(scene: Scene) -> Scene:
    """Fetch what the pipeline names as inputs; the notebooks get the paths of the local copies."""
    facts: list[dict[str, Any]] = []
    fetched: dict[str, Value] = {}
    for name, source in scene.order.plan.inputs.items():
        if "://" in source:
            scene.reporter.say(f"fetching {name} from {shown(source)}")
        try:
            one = _input(source, scene)
        except InputError as error:
            scene.journal.write("input_failed", parameter=name, reason=str(error))
            scene.roll.read(facts)
            if not scene.is_over():
                scene.roll.stop(f"input {name}: {error}")
            return scene
        facts.append({"parameter": name, **dataclasses.asdict(one)})
        fetched[name] = Value(one.injected, "input")
        scene.journal.write("input_fetched", **facts[-1])
    scene.roll.read(facts)
    return dataclasses.replace(scene, fetched=fetched)


def _input(source: str, scene: Scene) -> Input:
    record = scene.roll.record
    if source == accepted.NAME:
        return accepted.find(record.pipeline, record.logical_date, scene.settings)
    return inputs.fetch(source, scene.folder / "inputs", scene.settings, stopped=scene.is_over)


def _need(step: StepRecord, scene: Scene) -> Need:
    """What the step takes of the budget; one that has run before takes about as much memory and time again."""
    asked, workers = scene.order.pipeline.step(step.name), scene.order.workers
    limit = None if asked.memory_mb is None else asked.memory_mb << 20
    peak, seconds = scene.shelf.used(step.name) or (None, 0.0)
    share = scene.share(step.name)
    cpus = asked.threads or 1 if share is None else share.pool
    return Need(cpus, scene.budget.memory(limit, peak, workers), seconds)


def _settle(step: StepRecord, scene: Scene) -> None:
    """Run a step whose turn it is, or say why it cannot run."""
    try:
        done = _hindered(step, scene) or run_step(step, scene)
    except NothingToTakeOver as nothing:
        scene.roll.stop(str(nothing))
        done = dataclasses.replace(step, status=Status.SKIPPED, reason=str(nothing))
    # The journal tells of the end of a step only once its files stand in the record.
    scene.roll.enter(done)
    scene.journal.write("step_finished", step=step.name, status=done.status, reason=done.reason)
    scene.reporter.step_finished(scene.redactor.tree(dataclasses.asdict(done)))


def _hindered(step: StepRecord, scene: Scene) -> StepRecord | None:
    """The record of a step that cannot run, with the reason; None for one that can."""
    record = scene.roll.record
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
