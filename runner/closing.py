"""The end of a run: its status and reason, its rows for the database, and what the process says to the shell."""

from __future__ import annotations

import dataclasses
import importlib
import logging
from pathlib import Path

from runner.delivery.desk import Completion
from runner.files import write_aside
from runner.kernel.stopping import Stop
from runner.outcomes import ExitStatus, Status, exit_status, of_run
from runner.records import digests, inventory
from runner.records.inventory import Inventory
from runner.records.record import FileRecord, RunRecord, StepRecord
from runner.secrecy.redaction import Redactor

log = logging.getLogger(__name__)


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


def listed(record: RunRecord, folder: Path) -> RunRecord:
    """The record with every file that lies in the run folder.

    What a step wrote and is not as it was fails the run: what it computed cannot be shown any more.
    """
    found = inventory.take(folder, {step.name: step.files for step in record.steps})
    steps = tuple(_without(step, found) for step in record.steps)
    record = dataclasses.replace(record, steps=steps, files=found.files)
    if found.faults and record.status.good:
        return dataclasses.replace(record, status=Status.FAILED, reason="; ".join(found.faults))
    return record


def _without(step: StepRecord, found: Inventory) -> StepRecord:
    """The step, failed and without them where files of it are gone: nobody could take it over."""
    gone = [file.path for file in step.files if file.path in found.gone]
    if not gone:
        return step
    kept = tuple(file for file in step.files if file.path not in gone)
    status = Status.FAILED if step.status.good else step.status
    return dataclasses.replace(step, status=status, reason=step.reason or f"{', '.join(gone)} is gone", files=kept)


def with_lineage(record: RunRecord, folder: Path, redactor: Redactor) -> RunRecord:
    """The record of a run whose lineage lies beside it; from here on nothing in the run folder changes."""
    lineage = importlib.import_module(
        "runner.lineage"
    )  # its vocabulary takes long to load, and a skipped run needs none
    path = folder / lineage.FILE
    try:
        write_aside(path, lineage.event(record, folder, redactor))
    except OSError as fault:
        log.warning("the lineage of %s is not told: %s", record.run_id, fault)
        return record
    told = FileRecord(lineage.FILE, path.stat().st_size, digests.of_file(path))
    return dataclasses.replace(record, files=tuple(sorted((*(record.files or ()), told), key=lambda file: file.path)))


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
    if completion.damaged:
        return ExitStatus.DAMAGED
    if record.status.good and (completion.refused or completion.failed):
        return ExitStatus.FAILED
    if record.status is Status.FAILED and all(step.status is Status.SKIPPED for step in record.steps):
        return ExitStatus.REFUSED  # an input could not be fetched, and no cell ran
    return exit_status(record.status, pending=completion.pending)
