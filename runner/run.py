"""One run of a pipeline: inputs, steps in order, the record at every turn, delivery at the end."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner import archive, digests, inputs, provenance
from runner.delivery.desk import Completion
from runner.delivery.run_rows import Metric, RunRow
from runner.delivery.spool import Spool
from runner.errors import InputError
from runner.identifiers import new_run_id
from runner.journal import Journal
from runner.kernel.stopping import Stop
from runner.outcomes import ExitStatus, Status, exit_status, of_run
from runner.parameters import Value
from runner.progress import Reporter
from runner.record import RunRecord, StepRecord
from runner.settings import Settings
from runner.steps import Order, Scene, run_step, told

_WORDS = {
    Status.SKIPPED: "was skipped",
    Status.TIMED_OUT: "timed out",
    Status.KERNEL_DIED: "lost its kernel",
    Status.OUT_OF_MEMORY: "ran out of memory",
    Status.CANCELLED: "was cancelled",
}


@dataclass(frozen=True)
class Ended:
    """A run that has come to its end."""

    folder: Path
    record: RunRecord
    completion: Completion
    exit_status: ExitStatus

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as it lies in the run folder."""
        return archive.read_manifest(self.folder)


def run(order: Order, settings: Settings, reporter: Reporter) -> Ended:
    """Run the pipeline. What goes wrong in it is in the record and in the exit status; nothing is raised for it."""
    run_id = new_run_id()
    folder = archive.make_folder(settings.output, order.pipeline.name, run_id)
    record = _opening(order, settings, run_id)
    archive.write_manifest(folder, record)
    with Stop() as stop, Spool(settings, _row(record, folder), folder) as spool:
        with Journal(folder / archive.JOURNAL) as journal:
            journal.write("run_started", run_id=run_id, pipeline=record.pipeline, command=record.command)
            scene = Scene(order, settings, folder, journal, spool, stop, reporter, fetched={})
            record, scene = _with_inputs(record, scene)
            record = _with_steps(record, scene)
            record = _closing(record)
            journal.write("run_finished", status=record.status, reason=record.reason)
        # From here on nothing in the run folder changes: its digest stands for it.
        archive.write_manifest(folder, record)
        go_live = record.status.good and order.pipeline.promote == "automatic"
        completion = spool.complete(_row(record, folder), _metrics(record), go_live=go_live)
    return Ended(folder, record, completion, _exit(record, completion, stop))


def _opening(order: Order, settings: Settings, run_id: str) -> RunRecord:
    """The record as it stands before anything was done."""
    started = datetime.now(UTC)
    pipeline = order.pipeline
    return RunRecord(
        run_id=run_id,
        pipeline=pipeline.name,
        title=pipeline.title,
        logical_date=order.plan.as_of or started.astimezone().date(),
        started=started,
        command=inputs.shown(order.command),
        pipeline_file={"path": pipeline.path.name, "sha256": digests.of_file(pipeline.path)},
        provenance=provenance.of_run(settings.checkout),
        steps=tuple(
            StepRecord(
                name=step.name,
                notebook=step.notebook,
                notebook_sha256=order.notebooks[step.name].sha256,
                needs=step.needs,
                parameters=told(order.plan.values[step.name]),
            )
            for step in pipeline.ordered()
        ),
    )


def _with_inputs(record: RunRecord, scene: Scene) -> tuple[RunRecord, Scene]:
    """Fetch what the pipeline names as inputs; the notebooks get the paths of the local copies."""
    facts: list[dict[str, Any]] = []
    fetched: dict[str, Value] = {}
    for name, source in scene.order.plan.inputs.items():
        if "://" in source:
            scene.reporter.say(f"fetching {name} from {inputs.shown(source)}")
        try:
            one = inputs.fetch(source, scene.folder / "inputs", scene.settings)
        except InputError as error:
            scene.journal.write("input_failed", parameter=name, reason=str(error))
            return dataclasses.replace(record, reason=f"input {name}: {error}", inputs=tuple(facts)), scene
        facts.append({"parameter": name, **dataclasses.asdict(one)})
        fetched[name] = Value(one.injected, "input")
        scene.journal.write("input_fetched", **facts[-1])
    record = dataclasses.replace(record, inputs=tuple(facts))
    archive.write_manifest(scene.folder, record)
    return record, dataclasses.replace(scene, fetched=fetched)


def _with_steps(record: RunRecord, scene: Scene) -> RunRecord:
    """Run the steps in order; one that cannot run says why."""
    for position, step in enumerate(record.steps):
        if record.reason is not None:
            done = dataclasses.replace(step, status=Status.SKIPPED, reason="the inputs could not be fetched")
        elif scene.stop.signal is not None:
            done = dataclasses.replace(step, status=Status.CANCELLED, reason=f"{scene.stop.signal.name} came before it")
        elif failed := _failed_needs(step, record):
            done = dataclasses.replace(step, status=Status.SKIPPED, reason=f"needs {', '.join(failed)}")
        else:
            scene.reporter.step_started(step.name, position + 1, len(record.steps))
            done = run_step(step, record, scene)
        scene.journal.write("step_finished", step=step.name, status=done.status, reason=done.reason)
        scene.reporter.step_finished(dataclasses.asdict(done))
        record = dataclasses.replace(record, steps=(*record.steps[:position], done, *record.steps[position + 1 :]))
        archive.write_manifest(scene.folder, record)
    return record


def _failed_needs(step: StepRecord, record: RunRecord) -> list[str]:
    return [
        f"{one.name}, which {_WORDS.get(one.status, one.status)}"
        for one in record.steps
        if one.name in step.needs and not one.status.good
    ]


def _closing(record: RunRecord) -> RunRecord:
    """The record of a run that is over: its status, and the reason of the first step that did not succeed."""
    status = of_run(step.status for step in record.steps)
    reason = record.reason
    if reason is not None:
        status = Status.FAILED
    elif not status.good:
        step = next(one for one in record.steps if one.status is status)
        where = f", cell {step.stopped_at}" if step.stopped_at else ""
        reason = f"{step.name}{where}: {step.reason}"
    finished = datetime.now(UTC)
    seconds = round((finished - record.started).total_seconds(), 3)
    return dataclasses.replace(record, status=status, reason=reason, finished=finished, seconds=seconds)


def _exit(record: RunRecord, completion: Completion, stop: Stop) -> ExitStatus:
    if record.status is Status.CANCELLED:
        return stop.exit_status
    if record.status.good and completion.refused:
        return ExitStatus.FAILED
    if record.status is Status.FAILED and all(step.status is Status.SKIPPED for step in record.steps):
        return ExitStatus.REFUSED  # an input could not be fetched, and no cell ran
    return exit_status(record.status, pending=completion.pending)


def _row(record: RunRecord, folder: Path) -> RunRow:
    """The run as the database keeps it; the digest of its manifest once that is final."""
    origin = record.provenance
    over = record.status is not Status.RUNNING
    return RunRow(
        run_id=record.run_id,
        pipeline=record.pipeline,
        status=record.status,
        started_at=record.started,
        logical_date=record.logical_date,
        finished_at=record.finished,
        digest=digests.of_file(folder / archive.MANIFEST) if over else None,
        git_commit=origin["git"]["commit"],
        host=origin["host"],
        username=origin["user"],
    )


def _metrics(record: RunRecord) -> list[Metric]:
    return [
        Metric(step=step.name, name=metric.name, value=metric.value, unit=metric.unit)
        for step in record.steps
        for metric in step.metrics
        if metric.value is not None
    ]
