"""One run of a pipeline at a time, on one host or on several that share a database.

A run needs all of three, and whatever becomes of its process or its host, nobody has to clear anything away:

* A lock on a file in the output folder, for runs that share the folder. The system takes it back when the process ends.
* An advisory lock of PostgreSQL, for runs on hosts that share the database. The server takes it back when the session
  ends: at once with its process, in half a minute with its host, in a minute where the process stands still.
* A fencing number, one more than that of the run before, in the table `pipeline_locks`. Both locks can be lost without
  the run knowing, so every transaction of its delivery looks whether a later run has a number already, and if so a
  `TakenOverError` refuses it: nothing of a run that was taken over while it ran is published, then or later.

A lost session (the server was restarted, say) is noticed within seconds and the lock taken again in a new one, as long
as no other run has it. A run that ended while it had its lock says so in its row of `pipeline_locks`, together with its
row in `runs`; what is left of it then is a finished piece of work, which `runner sync` delivers however many runs there
were since. It needs no lock for that: rows are staged under the run's own id, and promotion never turns time back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from runner.delivery.places import Places
from runner.errors import LockedError, RunnerError
from runner.locking import lockfile
from runner.locking.holder import Holder
from runner.settings import Settings
from runner.tables import database, fences
from runner.tables.advisory import Session
from runner.tables.fences import Fence, TakenOverError

BEAT_S = 10
"""How often the session is looked after: several times before the server would take it for dead."""
LOOKS = 10
LOOK_EVERY_S = 0.1
"""A run that has just got the lock may not have its number yet."""
log = logging.getLogger(__name__)


@dataclass
class Lock:
    """The lock of a pipeline, as a run has it."""

    pipeline: str
    run_id: str
    fence: int
    taken_over: str | None = None
    """Who has it now, where the run has lost it: nothing will be published, and the run need not go on."""


@contextmanager
def hold(settings: Settings, pipeline: str, run_id: str) -> Iterator[Lock]:
    """The lock of a pipeline, for as long as the context lasts.

    Raises a `LockedError` that says who has it, or a `PlaceError` where the output folder or the database fails.
    """
    holder = Holder.here(run_id)
    file = settings.output / ".locks" / f"{pipeline}.lock"
    with ExitStack() as stack:
        if (other := stack.enter_context(lockfile.held(file, holder))) is not None:
            raise _refusal(pipeline, other)
        places = Places(settings)
        stack.callback(places.close)
        engine = places.database
        session = _session(engine, pipeline, run_id, stack) if engine.dialect.name == "postgresql" else None
        fence = database.transact(engine, lambda connection: fences.take(connection, pipeline, holder))
        lock = Lock(pipeline, run_id, fence.number)
        if session is not None:
            stack.enter_context(_kept(session, engine, fence, lock))
        yield lock


def _session(engine: sa.Engine, pipeline: str, run_id: str, stack: ExitStack) -> Session:
    """A session with the pipeline's advisory lock, which ends with the stack."""
    session = Session(engine, pipeline, run_id)
    stack.callback(session.close)
    if (other := session.take()) is not None:
        raise _refusal(pipeline, _holder(engine, pipeline, other))
    return session


@contextmanager
def _kept(session: Session, engine: sa.Engine, fence: Fence, lock: Lock) -> Iterator[None]:
    """Keep the session alive, and replace it where it is lost, as long as the context lasts."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(BEAT_S) and lock.taken_over is None:
            try:
                if not session.alive():
                    lock.taken_over = _again(session, engine, fence)
            except Exception:  # whatever it is, the next beat may go better
                log.exception("the lock of %s could not be looked after", fence.pipeline)

    keeper = threading.Thread(target=keep, name=f"lock-{fence.run_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _again(session: Session, engine: sa.Engine, fence: Fence) -> str | None:
    """Take a lost lock again. None where it is ours, or may still be; else who has it, or has had it meanwhile."""
    try:
        other = session.take()
        database.transact(engine, fence.check)
    except TakenOverError as fault:
        session.close()  # a run that is shut out must not keep others from running
        log.warning("the lock of %s is lost: %s", fence.pipeline, fault)
        return str(fault)
    except RunnerError as fault:
        log.warning("the lock of %s is lost for now: %s", fence.pipeline, fault)
        return None
    if other is None:
        log.warning("the lock of %s was lost, and is taken again", fence.pipeline)
    return None


def _holder(engine: sa.Engine, pipeline: str, run_id: str) -> str:
    """Words for the run that has the advisory lock; it may not have its row yet."""
    for _ in range(LOOKS if run_id else 0):
        found = database.transact(engine, lambda connection: fences.holder_of(connection, pipeline, run_id))
        if found is not None:
            return f"{found}"
        time.sleep(LOOK_EVERY_S)
    return f"run {run_id} on another host" if run_id else "somebody who uses the same database"


def _refusal(pipeline: str, holder: str) -> LockedError:
    return LockedError(f"{pipeline} is held by {holder}: nothing was started; try again when it has ended")
