"""The end of a run: its status and reason, its rows for the database, and what the process says to the shell."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from runner.delivery.desk import Completion
from runner.delivery.run_rows import Metric, RunRow
from runner.kernel.stopping import Stop
from runner.outcomes import ExitStatus, Status, exit_status, of_run
from runner.records import archive, digests
from runner.records.record import RunRecord


def closing(record: RunRecord) -> RunRecord:
    """The record of a run that is over: its status, and the reason of the first step that did not succeed."""
    status = of_run(step.status for step in record.steps)
    reason = record.reason
    if reason is not None:
        status = Status.FAILED
    elif not status.good:
        step = next(one for one in record.steps if one.status is status)
        where = f", cell {step.stopped_at}" if step.stopped_at else ""
        reason = f"{step.name}{where}: {step.reason}"
    return record.ended(status, reason)


def is_whole(record: RunRecord) -> bool:
    """Whether every step of the run is good, so that its results can become current."""
    return record.status.good and all(step.status.good for step in record.steps)


def with_fault(record: RunRecord, fault: OSError | None) -> RunRecord:
    """The record, failed where its journal is not whole; a run that went wrong anyway keeps its own reason."""
    if fault is None or not record.status.good:
        return record
    return dataclasses.replace(
        record, status=Status.FAILED, reason=f"the journal could not be written: {fault.strerror or fault}"
    )


def exit_of(record: RunRecord, completion: Completion, stop: Stop) -> ExitStatus:
    """The exit status of the process."""
    if record.status is Status.CANCELLED:
        return stop.exit_status
    if record.status.good and completion.refused:
        return ExitStatus.FAILED
    if record.status is Status.FAILED and all(step.status is Status.SKIPPED for step in record.steps):
        return ExitStatus.REFUSED  # an input could not be fetched, and no cell ran
    return exit_status(record.status, pending=completion.pending)


def row(record: RunRecord, folder: Path) -> RunRow:
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
        plan_digest=record.identity,
        git_commit=origin["git"]["commit"],
        host=origin["host"],
        username=origin["user"],
    )


def metrics(record: RunRecord) -> list[Metric]:
    """Every figure of the run that has a value."""
    return [
        Metric(step=step.name, name=metric.name, value=metric.value, unit=metric.unit)
        for step in record.steps
        for metric in step.metrics
        if metric.value is not None
    ]
