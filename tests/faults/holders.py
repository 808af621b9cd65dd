"""What the processes do that race for a pipeline's lock, hold it, stand still, and die. Light: they import once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from runner.delivery import places, staging
from runner.delivery.spool import Spool
from runner.errors import LockedError
from runner.locking import lock
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from runner.tables import advisory
from tests.runner.runs import ended, run_row

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
WAIT_S = 60
PIPELINE = "monthly"
LIMITED = {"lock": lock, "advisory": advisory}


@dataclass(frozen=True)
class Try:
    """What became of one racer in one round."""

    round: int
    run_id: str
    fence: int | None
    """The racer's fencing number; None where it was refused."""
    said: str = ""
    """The refusal."""


def race(settings: Settings, rounds: int, together: Barrier, answers: Queue[list[Try] | str]) -> None:
    """Try for the lock at the same moment as all others, and keep it until all have tried; again and again.

    The answer is what became of it, or why this racer could not go on, which ends the others' waiting.
    """
    try:
        answers.put(_tries(settings, rounds, together))
    except Exception:  # noqa: BLE001 - whatever it is, the test tells of it
        together.abort()
        answers.put(traceback.format_exc())


def _tries(settings: Settings, rounds: int, together: Barrier) -> list[Try]:
    tries = []
    for number in range(rounds):
        run_id = new_run_id()
        together.wait(5 * WAIT_S)
        try:
            with lock.hold(settings, PIPELINE, run_id) as held:
                together.wait(5 * WAIT_S)
                tries.append(Try(number, run_id, held.fence))
        except LockedError as refusal:
            together.wait(5 * WAIT_S)
            tries.append(Try(number, run_id, None, str(refusal)))
    return tries


def keep(settings: Settings, run_id: str, wire: Connection) -> None:
    """Hold the lock with two children about, and tell who they are; nothing else happens any more."""
    with lock.hold(settings, PIPELINE, run_id):
        forked = os.fork()
        if forked == 0:
            time.sleep(WAIT_S)
            os._exit(0)
        program = subprocess.Popen(["sleep", str(WAIT_S)], close_fds=False)
        wire.send([forked, program.pid])
        time.sleep(WAIT_S)


def deliver(
    settings: Settings,
    run_folder: Path,
    request: Path,
    wire: Connection,
    limits: Mapping[tuple[str, str], float],
    stops: str = "",
) -> None:
    """Hold the lock as a run does, wait for a word, publish, and tell the receipt's text and the completion.

    It `stops` itself "before" or "amid" the rows that it stages: after the look at the fence, before the commit.
    """
    for (module, name), value in limits.items():
        setattr(LIMITED[module], name, value)
    if stops:
        STOPS[stops]()
    with (
        lock.hold(settings, PIPELINE, run_folder.name) as held,
        Spool(settings, run_row(run_folder), run_folder, held.fence) as spool,
    ):
        wire.send(held.fence)
        wire.recv()
        place = spool.folder / request.name
        shutil.copy(request, place.with_name(".aside"))
        place.with_name(".aside").replace(place)
        receipt = place.with_name(place.name.replace("request", "receipt"))
        while not receipt.exists():
            time.sleep(0.01)
        answered = receipt.read_text()
        ended(settings, run_folder)
        done = spool.complete()
        wire.send((answered, done))


def _stop_before_rows() -> None:
    stage = staging.stage

    def stop(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGSTOP)
        return stage(*arguments)

    setattr(places, "stage", stop)  # noqa: B010 - no name of its own there


def _stop_amid_rows() -> None:
    class Rows(BytesIO):
        stopped = False

        def read(self, size: int | None = -1) -> bytes:
            if not Rows.stopped:
                Rows.stopped = True
                os.kill(os.getpid(), signal.SIGSTOP)
            return super().read(size)

    setattr(staging, "BytesIO", Rows)  # noqa: B010 - no name of its own there


STOPS = {"before": _stop_before_rows, "amid": _stop_amid_rows}
