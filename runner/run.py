"""One run of a pipeline: the lock, inputs, steps in order, the record at every turn, delivery at the end."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import closing, opening
from runner.delivery.desk import Completion
from runner.delivery.spool import Spool
from runner.errors import InputError, LockedError, PlaceError, PreflightError, RecordError
from runner.intake import inputs
from runner.kernel.stopping import Stop
from runner.locking import lock
from runner.locking.lock import Lock
from runner.origins import checkout
from runner.origins.reuse import NothingToTakeOver, Shelf
from runner.outcomes import ExitStatus, Status
from runner.progress import Reporter
from runner.records import archive
from runner.records.archive import Manifest
from runner.records.identifiers import new_run_id
from runner.records.journal import Journal
from runner.records.record import RunRecord, StepRecord
from runner.secrecy import redaction
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from runner.steps import Order, Scene, run_step
from runner.values.parameters import Value

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
    """Run the pipeline. What goes wrong in it is in the record and in the exit status.

    Raises `opening.AlreadyRun` where the same run has succeeded before and nobody chose particular steps, and a
    `RecordError` where the record could not be written. A run that finds the pipeline locked ends as `skipped`.
    """
    record = opening.opening(order, settings, new_run_id())
    try:
        with _locked(settings, record) as held:
            if not order.choice.chosen and (found := opening.earlier(record, settings)):
                raise opening.AlreadyRun(record, found)
            return _run(dataclasses.replace(record, fence=held.fence), order, settings, reporter, held)
    except LockedError as locked:
        return _refused(opening.refused(record, str(locked)), order, settings)
    except OSError as fault:
        raise RecordError(f"the run {record.run_id} could not be recorded: {fault}") from fault


@contextmanager
def _locked(settings: Settings, record: RunRecord) -> Iterator[Lock]:
    """The pipeline's lock; a place that is away now keeps the run from starting, and is no pending delivery."""
    with ExitStack() as stack:
        try:
            held = stack.enter_context(lock.hold(settings, record.pipeline, record.run_id))
        except PlaceError as fault:
            raise PreflightError(f"refused before the first cell, and nothing was started: {fault}") from fault
        yield held


def _run(record: RunRecord, order: Order, settings: Settings, reporter: Reporter, held: Lock) -> Ended:
    folder = archive.make_folder(settings.output, record.pipeline, record.run_id)
    manifest = Manifest(folder, _redactor(order))
    record = dataclasses.replace(record, provenance=_with_changes(record, settings, manifest))
    _write(manifest, record)
    with Stop() as stop, Spool(settings, closing.row(record, folder), folder, fence=held.fence) as spool:
        with Journal(folder / archive.JOURNAL, manifest.redactor) as journal:
            journal.write("run_started", run_id=record.run_id, pipeline=record.pipeline, command=record.command)
            scene = Scene(
                order,
                settings,
                folder,
                manifest,
                journal,
                spool,
                stop,
                reporter,
                manifest.redactor,
                shelf=Shelf(settings.output, record.pipeline),
                run_ends=_deadline(order),
                held=held,
            )
            record = closing.closing(_with_steps(*_with_inputs(record, scene)))
            journal.write("run_finished", status=record.status, reason=record.reason)
        record = closing.with_fault(record, journal.fault)
        # From here on nothing in the run folder changes: its digest stands for it.
        _write(manifest, record)
        go_live = order.pipeline.promote == "automatic" and order.may_go_live and closing.is_whole(record)
        completion = spool.complete(closing.row(record, folder), closing.metrics(record), go_live=go_live)
    return Ended(folder, record, completion, closing.exit_of(record, completion, stop))


def _refused(record: RunRecord, order: Order, settings: Settings) -> Ended:
    folder = archive.make_folder(settings.output, record.pipeline, record.run_id)
    _write(Manifest(folder, _redactor(order)), record)
    return Ended(folder, record, Completion(pending=False), ExitStatus.LOCKED)


def _redactor(order: Order) -> Redactor:
    references = {name for names in order.plan.references.values() for name in names.values()}
    return Redactor.of(redaction.secrets_in(os.environ, references))


def _with_changes(record: RunRecord, settings: Settings, manifest: Manifest) -> dict[str, Any]:
    """The provenance, with what the checkout differs by from its commit stored in the run folder."""
    git = checkout.of_checkout(settings.checkout, manifest.folder, manifest.redactor)
    return {**record.provenance, "git": git}


def _write(manifest: Manifest, record: RunRecord) -> None:
    manifest.write(record)
    if manifest.fault is not None:
        path, said = manifest.folder / archive.MANIFEST, manifest.fault.strerror or manifest.fault
        raise RecordError(f"the record {path} could not be written: {said}; what it said before is still there")


def _deadline(order: Order) -> float | None:
    minutes = order.pipeline.timeout_minutes
    return None if minutes is None else time.monotonic() + 60 * minutes


def _with_inputs(record: RunRecord, scene: Scene) -> tuple[RunRecord, Scene]:
    """Fetch what the pipeline names as inputs; the notebooks get the paths of the local copies."""
    facts: list[dict[str, Any]] = []
    fetched: dict[str, Value] = {}
    for name, source in scene.order.plan.inputs.items():
        if "://" in source:
            scene.reporter.say(f"fetching {name} from {inputs.shown(source)}")
        try:
            one = inputs.fetch(source, scene.folder / "inputs", scene.settings, stopped=scene.is_over)
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
