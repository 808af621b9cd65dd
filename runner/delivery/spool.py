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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from runner.delivery import state
from runner.delivery.desk import Completion, Desk
from runner.delivery.places import Places
from runner.delivery.publication import Receipt, requests_in
from runner.delivery.state import State
from runner.errors import DeliveryError
from runner.ledger.reconcile import reconcile
from runner.locking.descriptors import private
from runner.promotion.policy import Policy
from runner.records.paths import SPOOL
from runner.settings import Settings
from runner.tables.run_rows import RunRow

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

    def __init__(
        self,
        settings: Settings,
        run: RunRow,
        run_folder: Path,
        fence: int | None = None,
        *,
        go_live: bool = True,
        policy: Policy | None = None,
    ) -> None:
        self.folder = state.folder_of(settings.output, run.run_id)
        begun = State(
            run=run,
            run_folder=run_folder.relative_to(settings.output).as_posix(),
            go_live=go_live,
            policy=policy or Policy(),
            fence=fence,
        )
        self._desk = Desk(Places(settings, run.run_id), self.folder, begun, live=True)
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
        state.save(self.folder, self._desk.state)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop()
        self._desk.places.close()
        self._lock.close()

    def complete(self, *, withheld: str | None = None) -> Completion:
        """Deliver what is left of the run, which has ended as its manifest says; an outage makes the rest pending.

        So does `withheld`, a reason why nothing of it may be delivered now.
        """
        self._stop()
        try:
            state.save(self.folder, self._desk.state)
            if withheld is not None:
                return Completion(pending=True, reason=withheld)
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


def sync(settings: Settings, begin: Callable[[str], None] = lambda _: None) -> Iterator[Synced]:
    """Deliver what earlier runs could not, oldest first; after one that is still pending the later ones wait.

    Lines that a kill has kept from the ledger are written first; a `RecordError` says that they cannot be. A run that
    another process is at is left to it. `begin` is told which run is next.
    """
    places = Places(settings)
    reconcile(settings, places.book)
    waits_for: str | None = None
    try:
        for state_file in sorted((settings.output / SPOOL).glob("*.json")):
            folder = state_file.with_suffix("")
            with _held(folder) as held:
                if not held or not state_file.exists():
                    continue
                begin(folder.name)
                done = _sync_one(places, folder) if waits_for is None else _waiting(waits_for)
            if done.pending:
                waits_for = waits_for or folder.name
            yield Synced(folder.name, done)
    finally:
        places.close()


def deliver(settings: Settings, run_id: str) -> Completion | None:
    """Deliver one run that is over, whatever became of those before it; None where another process is at it."""
    places, folder = Places(settings), state.folder_of(settings.output, run_id)
    try:
        with _held(folder) as held:
            return _sync_one(places, folder) if held and state.file_of(folder).exists() else None
    finally:
        places.close()


def _sync_one(places: Places, folder: Path) -> Completion:
    try:
        return _finished(Desk(places, folder, state.load(folder)))
    except DeliveryError as fault:
        return Completion(pending=False, refused=(str(fault),))


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


def _clear(folder: Path) -> None:
    """Forget a run that has been delivered; the state goes first, since it is what makes the run pending."""
    state.file_of(folder).unlink()
    shutil.rmtree(folder, ignore_errors=True)
    (folder.parent / f"{folder.name}.lock").unlink(missing_ok=True)
