"""One run of a pipeline: the lock, inputs, steps in order, the record at every turn, delivery at the end."""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import closing, course, elsewhere, opening
from runner.crew import hiring
from runner.crew.roll import Roll
from runner.delivery.desk import Completion
from runner.delivery.spool import Spool, deliver
from runner.errors import LockedError, PlaceError, PreflightError, RecordError, RunnerError
from runner.keeping import objects
from runner.kernel.stopping import Stop
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.locking import lock
from runner.locking.lock import Lock
from runner.order import Order
from runner.origins import checkout
from runner.origins.reuse import Shelf
from runner.outcomes import ExitStatus
from runner.progress import Reporter
from runner.promotion.policy import Policy
from runner.records import archive, digests
from runner.records.archive import Manifest
from runner.records.identifiers import new_run_id
from runner.records.journal import Journal
from runner.records.record import RunRecord
from runner.secrecy import redaction
from runner.secrecy.redaction import Redactor
from runner.settings import Settings
from runner.steps import Scene
from runner.warming import Warming

log = logging.getLogger(__name__)


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
        with hiring.joined(order.cluster) as client, _locked(settings, record) as held:
            if not order.choice.chosen and (found := _earlier(record, settings)):
                raise opening.AlreadyRun(record, found)
            return _run(dataclasses.replace(record, fence=held.fence), order, settings, reporter, held, client)
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


def _run(record: RunRecord, order: Order, settings: Settings, reporter: Reporter, held: Lock, client: object) -> Ended:
    folder = archive.make_folder(settings.output, record.pipeline, record.run_id)
    manifest = Manifest(folder, _redactor(order))
    record = dataclasses.replace(record, provenance=_with_changes(record, settings, manifest))
    _write(manifest, record)
    book = _begun(record, manifest, settings)
    row, policy = elsewhere.row(record), Policy.of(order.pipeline)
    go_live = policy.promote == "automatic" and order.may_go_live
    with Stop() as stop, Spool(settings, row, folder, held.fence, go_live=go_live, policy=policy) as spool:
        with Journal(folder / archive.JOURNAL, manifest.redactor) as journal:
            journal.write("run_started", run_id=record.run_id, pipeline=record.pipeline, command=record.command)
            roll, warming = Roll(record, manifest), _warming(order, record, settings)
            scene = Scene(
                order,
                settings,
                folder,
                roll,
                hiring.executor(
                    client,
                    settings=settings,
                    home=folder,
                    spool=spool,
                    notebooks=order.pipeline.path.parent,
                    roll=roll,
                    journal=journal,
                    reporter=reporter,
                    redactor=manifest.redactor,
                    stop=stop,
                    warming=warming,
                    apart=order.workers > 1,
                ),
                hiring.budget(client),
                journal,
                spool,
                stop,
                reporter,
                manifest.redactor,
                shelf=Shelf(settings.output, record.pipeline),
                run_ends=_deadline(order),
                held=held,
                warming=warming,
            )
            record = closing.closing(course.follow(scene))
            journal.write("run_finished", status=record.status, reason=record.reason)
        record = closing.listed(closing.with_fault(record, journal.fault), folder)
        record = closing.with_lineage(record, folder, manifest.redactor)
        _write(manifest, record)
        completion = spool.complete(withheld=_over(book, record, settings))
    return Ended(folder, record, completion, closing.exit_of(record, completion, stop))


def _earlier(record: RunRecord, settings: Settings) -> str | None:
    return opening.earlier(record, settings) or elsewhere.earlier(record, settings)


def _begun(record: RunRecord, manifest: Manifest, settings: Settings) -> Book:
    """The ledger, once it tells of the run; a run that it cannot tell of does not begin."""
    try:
        book = Book.of(settings)
        reconcile.reconcile(settings, book)
        reconcile.started(book, manifest.folder)
    except (RunnerError, OSError) as fault:
        reason = f"the ledger cannot tell of it: {fault}"
        manifest.write(closing.listed(opening.refused(record, reason), manifest.folder))
        raise PreflightError(f"refused before the first cell, and nothing was started: {reason}") from fault
    return book


def _over(book: Book, record: RunRecord, settings: Settings) -> str | None:
    """Have the ledger tell how the run ended; else the reason why nothing may be delivered yet.

    After that equal files of all runs need their room once.
    """
    folder = settings.output / record.pipeline / record.run_id
    try:
        reconcile.finished(book, folder, record.status, digests.of_file(folder / archive.MANIFEST))
    except (RunnerError, OSError) as fault:
        return f"the ledger cannot tell of the run's end: {fault}"
    files = [file for step in record.steps for file in step.files] + list(record.files or ())
    saved = objects.link(settings.output, folder, [(file.path, file.sha256, file.bytes) for file in files])
    if saved.remark:
        log.warning("run %s: %s", record.run_id, saved.remark)
    return None


def _refused(record: RunRecord, order: Order, settings: Settings) -> Ended:
    """The record of a run that found the pipeline locked. It is kept like any other, by `sync` if not now."""
    pending = Completion(pending=True, reason="`runner sync` keeps its record")
    try:
        book = Book.of(settings)
        reconcile.reconcile(settings, book)
        folder = archive.make_folder(settings.output, record.pipeline, record.run_id)
        _write(Manifest(folder, _redactor(order)), closing.listed(record, folder))
        reconcile.taken_in(settings, book, folder)
        completion = deliver(settings, record.run_id) or pending
    except (RunnerError, OSError) as fault:
        completion = dataclasses.replace(pending, reason=str(fault))
    return Ended(settings.output / record.pipeline / record.run_id, record, completion, ExitStatus.LOCKED)


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


def _warming(order: Order, record: RunRecord, settings: Settings) -> Warming:
    chosen = {} if order.cold else order.notebooks
    wanted = {name: book for name, book in chosen.items() if not order.choice.left_out(order.pipeline, name)}
    return Warming(wanted, settings.checkout, record.provenance["lock_sha256"])


def _deadline(order: Order) -> float | None:
    minutes = order.pipeline.timeout_minutes
    return None if minutes is None else time.monotonic() + 60 * minutes
