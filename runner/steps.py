"""One step of a run: its effective values, whether it has to run, its kernel's circumstances, its record at the end."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from runner import attempts
from runner.delivery import repetition
from runner.delivery.publication import read_request, requests_in
from runner.delivery.spool import Spool
from runner.errors import DeliveryError
from runner.execute import Execution
from runner.intake import inputs
from runner.kernel import process
from runner.kernel.outputs import DEFAULT_LIMIT_BYTES
from runner.kernel.stopping import Stop
from runner.kernel.supervision import Supervision, Watch
from runner.locking.lock import Lock
from runner.origins import provenance, reuse
from runner.origins.reuse import Earlier, Shelf
from runner.outcomes import Status
from runner.progress import Reporter
from runner.reading.choice import Choice
from runner.reading.notebooks import Notebook
from runner.reading.pipeline import Pipeline
from runner.records import archive
from runner.records.archive import Manifest
from runner.records.journal import Journal
from runner.records.record import FileRecord, Metric, RunRecord, StepRecord
from runner.secrecy import redaction
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from runner.values import parameters
from runner.values.parameters import RUN_FOLDER, Plan, Value
from runner.values.texts import plain
from runner.warming import Warming


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


@dataclass(frozen=True)
class Scene:
    """What the steps of one run share."""

    order: Order
    settings: Settings
    folder: Path
    manifest: Manifest
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

    def is_over(self) -> bool:
        """Whether the run has to end now: a signal came, or its time is up."""
        return self.stop.asked() or self.out_of_time()


def run_step(step: StepRecord, record: RunRecord, scene: Scene) -> StepRecord:
    """Run a step that is next, or take over what an earlier run made of the same, and return its record.

    Raises `reuse.NothingToTakeOver` where it may not be run and has not been before.
    """
    values = _values(step, scene)
    parts = _content(step, record, values, scene)
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
    return _run(step, record, values, scene)


def told(values: Mapping[str, Value]) -> dict[str, dict[str, object]]:
    """Values as the manifest keeps them, with their origin; passwords in addresses are masked."""
    return {name: {"value": _told(one.value), "from": one.origin} for name, one in values.items()}


def _told(value: object) -> object:
    return inputs.shown(value) if isinstance(value, str) else plain(value)


def _run(step: StepRecord, record: RunRecord, values: dict[str, Value], scene: Scene) -> StepRecord:
    """Run the notebook; the manifest on disk says meanwhile that it is running."""
    position = 1 + [one.name for one in record.steps].index(step.name)
    scene.reporter.step_started(step.name, position, len(record.steps), step.why or "")
    step = dataclasses.replace(step, status=Status.RUNNING, started=datetime.now(UTC))
    running = tuple(step if one.name == step.name else one for one in record.steps)
    scene.manifest.write(dataclasses.replace(record, steps=running))
    scene.journal.write("step_started", step=step.name, content_key=step.content_key, why=step.why)
    before = archive.snapshot(scene.folder)
    injected = {name: one.value for name, one in values.items() if one.origin != "default"}
    tries = attempts.Tries(
        name=step.name,
        notebook=scene.order.notebooks[step.name].path,
        copy=scene.folder / step.copy,
        values=injected,
        supervision=_supervision(step, values, scene),
        asked=scene.order.pipeline.step(step.name),
    )
    execution, earlier = attempts.run(tries, scene.journal, scene.reporter)
    files = archive.written_since(scene.folder, before)
    done = _with_execution(step, execution, files, _publications(step, scene))
    overridden = tuple(parameters.overridden(values, execution.read_back))
    return _judged(dataclasses.replace(done, attempts=earlier, overridden=overridden), record, scene)


def _with_execution(
    step: StepRecord, execution: Execution, files: tuple[FileRecord, ...], publications: tuple[dict[str, Any], ...]
) -> StepRecord:
    outcome = {field.name: getattr(execution, field.name) for field in dataclasses.fields(execution)}
    for name in ("story", "read_back", "started"):
        del outcome[name]
    seconds = round((execution.finished - (step.started or execution.started)).total_seconds(), 3)
    return dataclasses.replace(step, **outcome, seconds=seconds, files=files, publications=publications)


def _judged(step: StepRecord, record: RunRecord, scene: Scene) -> StepRecord:
    """The step, failed if what it wrote may not stay as it is."""
    owners = {file.path: one.name for one in record.steps for file in one.files if one.name != step.name}
    reasons = [
        f"it wrote {file.path}, which is the work of {owners[file.path]}" for file in step.files if file.path in owners
    ]
    for path in redaction.files_holding([scene.folder / file.path for file in step.files], scene.redactor):
        path.unlink()
        reasons.append(f"it wrote a secret into {path.relative_to(scene.folder).as_posix()}, which was removed")
    reasons += [
        f"what it asked to publish was refused: {str(one.get('reason')).splitlines()[0]}"
        for one in step.publications
        if one["status"] == "refused"
    ]
    if not reasons:
        return step
    kept = tuple(file for file in step.files if (scene.folder / file.path).exists())
    status = step.status if not step.status.good else Status.FAILED
    return dataclasses.replace(step, status=status, reason="; ".join(filter(None, (step.reason, *reasons))), files=kept)


def _taken_over(step: StepRecord, earlier: Earlier, files: tuple[FileRecord, ...], scene: Scene) -> StepRecord:
    """The record of a step whose work an earlier run has done; what it published is asked for again for this run."""
    started = datetime.now(UTC)
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
        publications=_publications(step, scene),
        files=files,
    )


def _values(step: StepRecord, scene: Scene) -> dict[str, Value]:
    """The effective values, with the run folder and the local copies of inputs where the notebook declares them."""
    declared = scene.order.plan.values[step.name]
    values = {name: scene.fetched.get(name, value) for name, value in declared.items()}
    if RUN_FOLDER in values:
        values[RUN_FOLDER] = Value(str(scene.folder), "runner")
    return values


def _supervision(step: StepRecord, values: Mapping[str, Value], scene: Scene) -> Supervision:
    asked = scene.order.pipeline.step(step.name)
    additions = {**scene.spool.environment, **scene.warming.environment, "INSIDERS_STEP": step.name}
    if scene.settings.data is not None:
        additions["INSIDERS_DATA"] = str(scene.settings.data)
    additions |= {name: os.environ[name] for name in scene.order.plan.references.get(step.name, {}).values()}
    return Supervision(
        environment=process.environment(os.environ, additions, threads=asked.threads),
        folder=scene.order.pipeline.path.parent,
        step_seconds=_seconds(asked.timeout_minutes),
        cell_seconds=_seconds(asked.cell_timeout_minutes),
        run_seconds=_seconds(scene.order.pipeline.timeout_minutes),
        run_ends=scene.run_ends,
        memory_bytes=None if asked.memory_mb is None else asked.memory_mb << 20,
        output_limit_bytes=DEFAULT_LIMIT_BYTES if asked.output_limit_mb is None else int(asked.output_limit_mb * 1e6),
        redactor=scene.redactor,
        warmth=scene.warming.of(step.name),
        read_back=tuple(values),
        stop=scene.stop,
        watch=_StepWatch(step.name, scene),
    )


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


def _content(step: StepRecord, record: RunRecord, values: Mapping[str, Value], scene: Scene) -> dict[str, Any]:
    """All that decides what the step computes: its code and values, what it reads, and what it runs on."""
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


def _publications(step: StepRecord, scene: Scene) -> tuple[dict[str, Any], ...]:
    """What the step asked to publish, and the answer to it; a request without one is still to be delivered."""
    answers = {name: one.model_dump(mode="json") for name, one in scene.spool.receipts.items()}
    own = [
        path
        for path in requests_in(scene.spool.folder)
        if path.name.removesuffix(".request.json").rpartition("-")[0] == step.name
    ]
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


def _seconds(minutes: float | None) -> float | None:
    return None if minutes is None else minutes * 60
