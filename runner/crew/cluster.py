"""Steps on a cluster: each goes as a task to a Dask scheduler, and this thread keeps it company until it is over.

A worker that vanishes is noticed by the scheduler, which gives the step to another one. Where the scheduler itself is
lost, or no worker is left for long, the steps under way have failed, no other begins, and `runner resume` goes on.
"""

from __future__ import annotations

import dataclasses
import logging
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from runner.crew import dask_worker, workplace
from runner.crew.attendance import Attendance
from runner.crew.conversation import Conversation
from runner.crew.errand import Errand, Fetched, topic_of
from runner.crew.exchange import Exchange
from runner.crew.local import without_secrets
from runner.crew.roll import Roll
from runner.crew.task import Performance, Task, failed
from runner.errors import PreflightError, RunnerError
from runner.kernel.stopping import Stop
from runner.kernel.supervision import Watch
from runner.outcomes import Status
from runner.progress import Reporter
from runner.records import archive, digests
from runner.records.journal import Journal
from runner.records.paths import inside
from runner.records.record import FileRecord
from runner.secrecy.redaction import Redactor

CONNECT_S = 20
LOOK_EVERY_S = 0.1
LOST_AFTER_S = 15.0
"""So long a scheduler may be silent before it is given up."""
GRACE_S = 30.0
"""So much later than the worker, the runner itself ends a step at the limit of the run or after a signal."""


@contextmanager
def joined(address: str, workers: int = 1) -> Iterator[Client]:
    """A connection to the scheduler at an address; a `PreflightError` where there is none, or not so many workers."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it would say of lost workers is in the record
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False, name="runner")
    except (OSError, ValueError, TypeError) as fault:  # TypeError: tls:// without a certificate
        raise PreflightError(
            f"refused before the first cell, and nothing was started: no scheduler answers at {address}: {fault}"
        ) from fault
    try:
        try:
            client.wait_for_workers(workers, timeout=CONNECT_S)
        except TimeoutError as fault:
            raise PreflightError(
                f"refused before the first cell, and nothing was started: the scheduler {address} has no workers"
            ) from fault
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=5)


@dataclass(eq=False)
class Cluster:
    """See `runner.crew.task.Executor`."""

    client: Client
    home: Path
    """The run folder."""
    spool: Path
    """The run's folder in the spool."""
    roll: Roll
    journal: Journal
    reporter: Reporter
    redactor: Redactor
    stop: Stop
    exchange: Exchange
    _attendance: Attendance = field(init=False)
    _boxes: dict[str, queue.SimpleQueue[Mapping[str, Any]]] = field(default_factory=dict, init=False)
    _sent: dict[Path, str] = field(default_factory=dict, init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Hear what workers say of this run."""
        self._attendance = Attendance(lambda: len(self.client.nthreads()), self.reporter)
        self.client.subscribe_topic(topic_of(self.home.name), self._sort)

    def folder_of(self, task: str) -> Path:
        """Where the step's files come to on this machine."""
        return workplace.of_step(self.spool, self.home, task)

    def perform(self, task: Task, watch: Watch) -> Performance:
        """Have a worker run the task, and bring home what it has written."""
        started = datetime.now(UTC)
        box = self._boxes[task.name] = queue.SimpleQueue[Mapping[str, Any]]()
        work, given = self.folder_of(task.name), (self.exchange, self.journal, self.reporter, watch, self._put)
        told = Conversation(task.name, work, self.spool, *given)
        try:
            workplace.make(work, self.home, archive.ROOMS, ())
            errand = self._errand(task)
            key = f"insiders-{self.home.name}-{task.name}-{uuid4().hex[:8]}"
            future = self.client.submit(dask_worker.perform, errand, key=key, pure=False)
            performance = self._result(future, task, told, box)
            execution = dataclasses.replace(performance.execution, started=started, finished=datetime.now(UTC))
            return self._brought_home(task, dataclasses.replace(performance, execution=execution))
        except (RunnerError, OSError) as fault:
            return failed(str(fault))

    def _errand(self, task: Task) -> Errand:
        for file in task.needed:
            self._send(self.home / file.path, file.sha256)
        left = None if task.run_ends is None else max(task.run_ends - time.monotonic(), 0)
        inputs = tuple(
            self._fetched(name, Path(value))
            for name in task.inputs
            if isinstance(value := task.values.get(name), str) and Path(value).is_absolute() and Path(value).exists()
        )
        # What the worker replaces does not travel: paths of this machine.
        return Errand(self.home.parent.name, self.home.name, task, task.notebook.read_bytes(), inputs, left)

    def _fetched(self, name: str, root: Path) -> Fetched:
        paths = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        files = []
        for path in paths:
            sha256 = self._send(path, None)
            files.append(FileRecord(path.relative_to(root.parent).as_posix(), path.stat().st_size, sha256))
        return Fetched(name, root.name, tuple(files))

    def _send(self, path: Path, sha256: str | None) -> str:
        """Let the workers have a file, once in a run."""
        with self._turn:
            if path not in self._sent:
                known = digests.of_file(path) if sha256 is None else sha256
                self.exchange.send(path, known)
                self._sent[path] = known
            return self._sent[path]

    def _result(
        self, future: Future, task: Task, told: Conversation, box: queue.SimpleQueue[Mapping[str, Any]]
    ) -> Performance:
        """What the worker came to, once it has; or why it is waited for no longer."""
        signal_at = silent_since = None
        while not future.done():
            with suppress(queue.Empty):
                told.hear(box.get(timeout=LOOK_EVERY_S))
            told.answer()
            now = time.monotonic()
            if self.stop.signal is not None and (signal_at is None or (self.stop.urgent and told.begun)):
                signal_at = signal_at or now
                told.stop(self.stop.signal)
            silent_since = None if self.client.status == "running" else silent_since or now
            if silent_since is not None and now - silent_since > LOST_AFTER_S:
                break
            if signal_at is not None and self.stop.signal and (not told.begun or now - signal_at > GRACE_S):
                future.cancel(force=True)
                return failed(f"stopped by {self.stop.signal.name}", Status.CANCELLED)
            if self._attendance.deserted():
                future.cancel(force=True)
                return self._over("the cluster has had no worker for a while; start one, and `runner resume` goes on")
            if task.run_ends is not None and now > task.run_ends + (GRACE_S if told.begun else 0):
                future.cancel(force=True)
                return failed("the run took longer than its limit", Status.TIMED_OUT)
        with suppress(queue.Empty):
            while True:
                told.hear(box.get_nowait())
        if future.status == "finished":
            performance: Performance = future.result().performance
            return performance
        if future.status == "error":
            return _of_error(future.exception())
        return self._over("the scheduler of the cluster was lost; `runner resume` goes on from here")

    def _over(self, reason: str) -> Performance:
        """No other step begins, and this one has failed."""
        self.roll.stop(reason)
        return failed(reason)

    def _brought_home(self, task: Task, performance: Performance) -> Performance:
        """What a worker has written, in the run folder, as far as it may stand there."""
        work = self.folder_of(task.name)
        for file in performance.files:
            path = inside(work, file.path)
            if not path.is_file() or digests.of_file(path) != file.sha256:
                self.exchange.fetch(file.sha256, path)
        secret = without_secrets(work, self.home, performance.files, self.redactor)
        owners = self.roll.claim(task.name, [file.path for file in performance.files])
        kept = [one for one in performance.files if one.path not in owners and (work / one.path).is_file()]
        workplace.bring_home(work, self.home, [file.path for file in kept])
        faults = [f"it wrote {path}, which is the work of {owner}" for path, owner in owners.items()]
        return dataclasses.replace(performance, files=tuple(kept), faults=(*performance.faults, *faults, *secret))

    def _sort(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Hand a message to the thread whose step it is about."""
        _, message = event
        if message["step"] in self._boxes:
            self._boxes[message["step"]].put(message)

    def _put(self, worker: str, attempt: str, message: Mapping[str, Any]) -> None:
        """Leave a message; a worker that is gone gets none."""
        with suppress(Exception):
            self.client.run(dask_worker.put, attempt, message, workers=[worker], on_error="ignore")


def _of_error(fault: BaseException | None) -> Performance:
    if isinstance(fault, KilledWorker):
        said = "one worker after the other vanished while it had the step (memory of the worker's machine, perhaps)"
        return failed(said, Status.KERNEL_DIED)
    return failed(f"a fault of the worker: {type(fault).__name__}: {fault}")
