"""The spool: the only way out of a kernel. Notebooks leave requests here; a thread of the runner delivers and answers.

    <output>/spool/<run_id>/STEP-N.request.json    written by the notebook, never trusted
    <output>/spool/<run_id>/STEP-N.receipt.json    the answer, which the waiting cell shows
    <output>/spool/<run_id>.json                   what the runner has to know to finish the delivery another time
    <output>/spool/<run_id>.lock                   held as long as a process is at it; it goes with the process

A run leaves the spool when everything of it has been delivered, or when another run took its lock before it had ended.
What is left is taken up by `sync`, in order of time.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from runner.delivery.desk import Completion, Desk, State
from runner.delivery.places import Places
from runner.delivery.publication import Receipt, requests_in
from runner.delivery.run_rows import Metric, RunRow
from runner.files import write_aside
from runner.locking.descriptors import private
from runner.settings import Settings

LOOK_EVERY_S = 0.1
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Synced:
    """What `sync` did for one run."""

    run_id: str
    completion: Completion


class Spool:
    """The spool of a run that is under way: a context in which requests are delivered and answered.

    `fence` is the number that the run got with the lock of its pipeline: once another run has a higher one, nothing of
    this run is delivered any more.
    """

    def __init__(self, settings: Settings, run: RunRow, run_folder: Path, fence: int | None = None) -> None:
        self.folder = settings.output / "spool" / run.run_id
        state = State(run=run, run_folder=run_folder.relative_to(settings.output).as_posix(), fence=fence)
        self._desk = Desk(Places(settings, run.run_id), self.folder, state, live=True)
        self._lock = ExitStack()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"spool-{run.run_id}", daemon=True)

    @property
    def environment(self) -> dict[str, str]:
        """What a kernel has to be told; the runner adds `INSIDERS_STEP`."""
        return {"INSIDERS_SPOOL": str(self.folder), "INSIDERS_RUN_ID": self._desk.state.run.run_id}

    @property
    def receipts(self) -> dict[str, Receipt]:
        """The answers to the requests that are settled, by the file name of the request."""
        return dict(self._desk.answered)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, mode=0o700)
        self._lock.enter_context(_held(self.folder))
        _save(self.folder, self._desk.state)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop()
        self._desk.places.close()
        self._lock.close()

    def complete(self, run: RunRow, metrics: Sequence[Metric], *, go_live: bool = True) -> Completion:
        """Deliver what is left of the run, which has ended; an outage is no error but makes the delivery pending."""
        self._stop()
        known = self._desk.state.run
        learnt = {name: getattr(known, name) for name in ("source", "source_sha256", "synthetic")}
        self._desk.state = self._desk.state.model_copy(
            update={
                "run": run.model_copy(update={name: value for name, value in learnt.items() if value is not None}),
                "ended": True,
                "metrics": tuple(metrics),
                "go_live": go_live,
            }
        )
        try:
            _save(self.folder, self._desk.state)
            return _finished(self._desk)
        except OSError as fault:
            return Completion(pending=True, reason=f"the spool cannot be written: {fault.strerror or fault}")

    def _watch(self) -> None:
        seen: set[str] = set()
        while not self._over.wait(LOOK_EVERY_S):
            try:
                names = {path.name for path in requests_in(self.folder)}
                if names - seen:
                    self._desk.attend()
                    seen = names
            except OSError:
                log.exception("the spool %s cannot be read or written", self.folder)
                self._over.wait(1)

    def _stop(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()


def sync(settings: Settings) -> Iterator[Synced]:
    """Deliver what earlier runs could not, oldest first; after one that is still pending the later ones wait.

    A run that another process is at is left to it.
    """
    places = Places(settings)
    waits_for: str | None = None
    try:
        for state_file in sorted((settings.output / "spool").glob("*.json")):
            folder = state_file.with_suffix("")
            with _held(folder) as held:
                if not held or not state_file.exists():
                    continue
                done = _sync_one(places, folder) if waits_for is None else _waiting(waits_for)
            if done.pending:
                waits_for = waits_for or folder.name
            yield Synced(folder.name, done)
    finally:
        places.close()


def _sync_one(places: Places, folder: Path) -> Completion:
    try:
        state = State.model_validate_json(_state_file(folder).read_text(encoding="utf-8"))
    except ValidationError as broken:
        return Completion(pending=False, refused=(f"{_state_file(folder)} is broken: {broken.error_count()} faults",))
    return _finished(Desk(places, folder, state))


def _finished(desk: Desk) -> Completion:
    """What finishing the delivery came to; a run with nothing left to deliver leaves the spool."""
    completion = desk.finish()
    if completion.promotion is not None or desk.shut_out:
        _clear(desk.folder)
    return completion


def _waiting(run_id: str) -> Completion:
    return Completion(pending=True, reason=f"waits for the earlier run {run_id}")


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Whether this process alone is at the run's spool, for as long as the context lasts."""
    lock = _take(folder)
    if lock is None:
        yield False
        return
    try:
        with private(lock):
            yield True
    finally:
        with suppress(OSError):  # the run has ended as it has ended
            os.close(lock)


def _take(folder: Path) -> int | None:
    """The open lock file of a spool, or None where another process holds it."""
    lock = os.open(folder.parent / f"{folder.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _state_file(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.json"


def _save(folder: Path, state: State) -> None:
    write_aside(_state_file(folder), state.model_dump_json(indent=1).encode())


def _clear(folder: Path) -> None:
    """Forget a run that has been delivered; the state goes first, since it is what makes the run pending."""
    _state_file(folder).unlink()
    shutil.rmtree(folder, ignore_errors=True)
    (folder.parent / f"{folder.name}.lock").unlink(missing_ok=True)
