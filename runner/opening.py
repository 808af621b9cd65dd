"""The beginning of a run: its record before anything was done, and whether the same run has been made before."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from runner.errors import RecordError
from runner.order import Order
from runner.origins import provenance
from runner.outcomes import Status
from runner.promotion.policy import Policy
from runner.reading.pipeline import Step
from runner.records import archive, digests
from runner.records.record import RunRecord, StepRecord
from runner.settings import Settings
from runner.values.shown import shown, told


class AlreadyRun(Exception):  # noqa: N818 - it is an outcome, not a fault
    """The same run has succeeded before: the same pipeline, date, parameters, code and packages."""

    def __init__(self, record: RunRecord, run_id: str) -> None:
        super().__init__(
            f"{record.pipeline} has run for {record.logical_date} already, with the same parameters, code and "
            f"packages: run {run_id} succeeded; --force runs it again"
        )
        self.run_id = run_id


def opening(order: Order, settings: Settings, run_id: str) -> RunRecord:
    """The record of a run as it stands before anything was done."""
    started = datetime.now(UTC)
    pipeline = order.pipeline
    facts = provenance.of_run(settings.checkout)
    return RunRecord(
        run_id=run_id,
        pipeline=pipeline.name,
        title=pipeline.title,
        logical_date=order.plan.as_of or started.astimezone().date(),
        started=started,
        command=shown(order.command),
        pipeline_file={"path": str(pipeline.path), "sha256": digests.of_file(pipeline.path)},
        provenance=facts,
        # A part of a run stands for no other run.
        identity=None if order.choice.only else _identity(order, settings, facts),
        parent=order.parent,
        policy=Policy.of(pipeline).model_dump(mode="json"),
        steps=tuple(_step(step, order) for step in pipeline.ordered()),
    )


def _step(step: Step, order: Order) -> StepRecord:
    return StepRecord(
        name=step.name,
        base=step.base,
        item=step.item,
        notebook=step.notebook,
        copy=step.copy_name,
        notebook_sha256=order.notebooks[step.name].sha256,
        needs=step.needs,
        parameters=told(order.plan.values[step.name]),
    )


def _identity(order: Order, settings: Settings, facts: dict[str, object]) -> str:
    """Digest of what is known before the run and decides what comes of it.

    That is parameters, sources, code and packages, and the terms on which its results go live.
    """
    keys: dict[Path, str] = {}
    for book in order.notebooks.values():
        if book.path not in keys:  # the items of a `for_each` share one
            parts = provenance.content_parts(book, {}, inputs={}, before={}, checkout=settings.checkout, facts=facts)
            keys[book.path] = provenance.content_key(parts)
    known = [
        order.plan.digest,
        Policy.of(order.pipeline).model_dump(mode="json"),
        *(keys[order.notebooks[step.name].path] for step in order.pipeline.ordered()),
    ]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def earlier(record: RunRecord, settings: Settings) -> str | None:
    """The id of a run that succeeded, is the same as this one and lies in the output folder."""
    for folder in archive.run_folders(settings.output, record.pipeline):
        try:
            found = archive.read_manifest(folder)
        except RecordError:
            continue
        same = (found["identity"], found["logical_date"]) == (record.identity, record.logical_date.isoformat())
        if same and found["status"] == Status.SUCCEEDED:
            return folder.name
    return None


def refused(record: RunRecord, reason: str) -> RunRecord:
    """The record of a run that found another one under way."""
    steps = tuple(
        dataclasses.replace(step, status=Status.SKIPPED, reason="the run was refused") for step in record.steps
    )
    return dataclasses.replace(record, steps=steps).ended(Status.SKIPPED, reason)
