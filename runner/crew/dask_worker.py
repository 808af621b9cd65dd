"""What a Dask worker runs: an errand comes as a task, messages go as events, answers come by calls of the runner."""

from __future__ import annotations

import queue
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from distributed import get_worker

from runner import settings
from runner.crew import remote
from runner.crew.errand import Errand, Report
from runner.crew.remote import Inbox

_INBOXES: dict[str, Inbox] = {}
"""By attempt: who has an errand under way in this process."""


def perform(errand: Errand) -> Report:
    """Carry out an errand in a folder below the worker's own, which is gone behind it."""
    worker, attempt, inbox = get_worker(), uuid4().hex, queue.SimpleQueue[Mapping[str, Any]]()
    own = {"step": errand.task.name, "attempt": attempt}

    def tell(message: Mapping[str, Any]) -> None:
        worker.log_event(errand.topic, {**message, **own})

    folder = Path(worker.local_directory, f"insiders-{attempt}").resolve()
    folder.mkdir(parents=True)
    _INBOXES[attempt] = inbox
    try:
        tell({"kind": "begun", "worker": worker.address, "host": socket.gethostname()})
        return Report(attempt, remote.carry_out(errand, folder, settings.load(), tell, inbox))
    finally:
        del _INBOXES[attempt]
        shutil.rmtree(folder, ignore_errors=True)


def put(attempt: str, message: Mapping[str, Any]) -> None:
    """Leave a message for an errand of this process; one that is over needs none."""
    if attempt in _INBOXES:
        _INBOXES[attempt].put(message)
