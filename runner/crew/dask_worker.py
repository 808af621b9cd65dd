"""What a Dask worker runs: an errand comes as a task, messages go as events, answers come by calls of the runner."""

from __future__ import annotations

import queue
import shutil
import signal
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from distributed import Worker, get_worker

from runner import settings
from runner.crew import remote
from runner.crew.errand import Errand, Report
from runner.crew.remote import Inbox

MIND_EVERY_S = 1.0
_INBOXES: dict[str, Inbox] = {}
"""By attempt: who has an errand under way in this process."""


def perform(errand: Errand) -> Report:
    """Carry out an errand in a folder below the worker's own, which is gone behind it."""
    worker, attempt, inbox = get_worker(), uuid4().hex, queue.SimpleQueue[Mapping[str, Any]]()
    own = {"step": errand.task.name, "attempt": attempt}

    def tell(message: Mapping[str, Any]) -> None:
        worker.log_event(errand.topic, {**message, **own})

    over = threading.Event()
    threading.Thread(target=_mind, args=[worker, worker.get_current_task(), over, inbox], daemon=True).start()
    folder = Path(worker.local_directory, f"insiders-{attempt}").resolve()
    folder.mkdir(parents=True)
    _INBOXES[attempt] = inbox
    try:
        tell({"kind": "begun", "worker": worker.address, "host": socket.gethostname()})
        return Report(attempt, remote.carry_out(errand, folder, settings.load(), tell, inbox))
    finally:
        over.set()
        del _INBOXES[attempt]
        shutil.rmtree(folder, ignore_errors=True)


def _mind(worker: Worker, task: str, over: threading.Event, inbox: Inbox) -> None:
    """Have the errand stop once nobody waits for it: the runner is gone, or has given it up."""
    while not over.wait(MIND_EVERY_S):
        told = worker.state.tasks.get(task)
        if told is None or told.state != "executing":
            inbox.put({"kind": "stop", "signal": int(signal.SIGTERM)})
            return


def put(attempt: str, message: Mapping[str, Any]) -> None:
    """Leave a message for an errand of this process; one that is over needs none."""
    if attempt in _INBOXES:
        _INBOXES[attempt].put(message)
