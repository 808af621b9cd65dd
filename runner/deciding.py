"""Whether a step has to be run, and why; or which earlier run has done its work, which is then taken over."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runner.delivery import repetition
from runner.origins import provenance, reuse
from runner.origins.reuse import Earlier
from runner.outcomes import Status
from runner.performing import perform, publications
from runner.records import archive
from runner.records.record import FileRecord, Metric, StepRecord
from runner.steps import Scene
from runner.values.parameters import RUN_FOLDER, Value
from runner.values.shown import told


def run_step(step: StepRecord, scene: Scene) -> StepRecord:
    """Run a step that is next, or take over what an earlier run made of the same, and return its record.

    Raises `reuse.NothingToTakeOver` where it may not be run and has not been before.
    """
    values = _values(step, scene)
    parts = _content(step, values, scene)
    choice, pipeline = scene.order.choice, scene.order.pipeline
    step = dataclasses.replace(step, parameters=told(values), content=parts, content_key=provenance.content_key(parts))
    if choice.left_out(pipeline, step.name):
        return dataclasses.replace(step, status=Status.SKIPPED, reason=f"--only {choice.only} leaves it out")
    decision = reuse.decide(step.name, parts, pipeline, choice, scene.shelf)
    step = dataclasses.replace(step, why=decision.why)
    for earlier in decision.earlier:
        if (taken := reuse.take(earlier, scene.folder)) is not None:
            return _taken_over(step, earlier, taken, scene)
        step = dataclasses.replace(step, why=f"the files of run {earlier.folder.name} were removed or altered")
    return perform(step, values, scene)


def _taken_over(step: StepRecord, earlier: Earlier, files: tuple[FileRecord, ...], scene: Scene) -> StepRecord:
    """The record of a step whose work an earlier run has done; what it published is asked for again for this run."""
    started = datetime.now(UTC)
    scene.roll.claim(step.name, [file.path for file in files])
    asked = [one["asked"] for one in earlier.step["publications"] if one.get("asked")]
    repetition.repeat(asked, scene.folder.name, scene.spool.folder)
    finished = datetime.now(UTC)
    scene.journal.write("step_taken_over", step=step.name, run=earlier.folder.name, why=step.why)
    return dataclasses.replace(
        step,
        status=Status.CACHED,
        why=f"unchanged since run {earlier.origin}",
        cached_from=earlier.origin,
        started=started,
        finished=finished,
        seconds=round((finished - started).total_seconds(), 3),
        cells=tuple(archive.cell_of(one) for one in earlier.step["cells"]),
        metrics=tuple(Metric(**one) for one in earlier.step["metrics"]),
        overridden=tuple(earlier.step["overridden"]),
        publications=publications(step.name, scene),
        files=files,
    )


def _values(step: StepRecord, scene: Scene) -> dict[str, Value]:
    """The effective values, with the working folder and local copies of inputs where the notebook declares them."""
    declared = scene.order.plan.values[step.name]
    values = {name: scene.fetched.get(name, value) for name, value in declared.items()}
    if RUN_FOLDER in values:
        values[RUN_FOLDER] = Value(str(scene.executor.folder_of(step.name)), "runner")
    return values


def _content(step: StepRecord, values: Mapping[str, Value], scene: Scene) -> dict[str, Any]:
    """All that decides what the step computes: its code and values, what it reads, and what it runs on."""
    record = scene.roll.record
    read = {one["parameter"]: one for one in record.inputs if one["parameter"] in values}
    return provenance.content_parts(
        scene.order.notebooks[step.name],
        # The path of a copy says nothing; a name that was not fetched is a value like any other.
        {
            name: one.value
            for name, one in values.items()
            if one.origin != "runner" and not (name in read and read[name]["sha256"])
        },
        inputs={name: one["sha256"] for name, one in read.items()},
        before={
            one.name: {file.path: file.sha256 for file in one.files if file.path != one.copy}
            for one in record.steps
            if one.name in step.needs
        },
        checkout=scene.settings.checkout,
        facts=record.provenance,
    )
