"""Fencing numbers: each run that takes the lock of its pipeline gets a higher one, which shuts out those before it.

A lock alone cannot do it. A process that stood still (stopped, swapped out, its host paused) does not know that its
lock went to another run meanwhile, and would publish when it goes on. So every transaction of a delivery looks at the
rows of `pipeline_locks` first, and holds the run's own row until it commits: no run can take over in between.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from runner.errors import DeliveryError
from runner.locking.holder import Holder, moment
from runner.tables.database import insert
from runner.tables.run_rows import utc

LOCKS = sa.table(
    "pipeline_locks",
    *(sa.column(name, sa.Text) for name in ("pipeline", "run_id", "host", "username")),
    *(sa.column(name, sa.BigInteger) for name in ("fence", "pid")),
    *(sa.column(name, sa.DateTime) for name in ("since", "ended_at")),
)
TAKE_LIMITS = "SET LOCAL lock_timeout = '70s'; SET LOCAL statement_timeout = '70s'"
"""Longer than the server lets a transaction idle, of a run that stands still and may have the latest row; shorter than
our patience with the server."""
END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name = :name AND usename = current_user AND datname = current_database()"
)


class TakenOverError(DeliveryError):
    """Another run has taken the lock while this one still had something to do."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by}: nothing of this run is published")
        self.by = by
        """Who took over, when and from where."""


@dataclass(frozen=True)
class Fence:
    """A run's fencing number, and what it says about delivering now."""

    pipeline: str
    run_id: str
    number: int
    ended: datetime | None = None
    """When the run ended, where another process delivers what is left of it; None while the run itself is at it."""

    def check(self, connection: sa.Connection) -> None:
        """Raise a `TakenOverError` where the run was taken over; until the transaction ends, nobody can take over.

        The run itself is shut out by any later one. What is left of a run that has ended is a finished piece of work:
        it follows however many runs there were since, unless the next run took over before it ended. That it had
        ended is said by its row, or, where the database was away at that moment, by the clocks of the two hosts.
        """
        own = self._row(connection, self.number, lock=True)
        if own is not None and own.run_id == self.run_id:
            later = self._row(connection, self.number + 1)
            if self.ended is not None and own.ended_at is not None:
                return
        else:
            later = own  # the database was put back to an earlier state, and has given out the number again
        if later is not None and (self.ended is None or later.since <= utc(self.ended)):
            at = moment(later.since)
            raise TakenOverError(f"run {later.run_id} took over {self.pipeline} at {at} from {later.host}")

    def end(self, connection: sa.Connection) -> None:
        """Write down that the run ended while it had the lock; a `TakenOverError` where it had not."""
        self.check(connection)
        own = sa.and_(LOCKS.c.pipeline == self.pipeline, LOCKS.c.fence == self.number, LOCKS.c.ended_at.is_(None))
        ended = sa.update(LOCKS).where(own, LOCKS.c.run_id == self.run_id).values(ended_at=utc(datetime.now(UTC)))
        connection.execute(ended)

    def _row(self, connection: sa.Connection, number: int, *, lock: bool = False) -> sa.Row | None:
        query = sa.select(LOCKS).where(LOCKS.c.pipeline == self.pipeline, LOCKS.c.fence == number)
        return connection.execute(query.with_for_update() if lock else query).one_or_none()


def take(connection: sa.Connection, pipeline: str, holder: Holder) -> Fence:
    """Take the next number, for a run that has the locks.

    A transaction of the run before that has looked, and has not committed yet, is ended where that is possible, else
    waited for: a process that was stopped while it sent rows would keep the server waiting as long as it exists.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(TAKE_LIMITS))
        if (before := _latest(connection, pipeline)) is not None:
            connection.execute(sa.text(END_SESSIONS), {"name": session_name(before.run_id)})
    latest = _latest(connection, pipeline, lock=True)
    if latest is not None and latest.run_id == holder.run_id:
        return Fence(pipeline, holder.run_id, latest.fence)  # taken before, in a transaction whose answer was lost
    number = 1 if latest is None else latest.fence + 1
    facts: dict[str, Any] = {**dataclasses.asdict(holder), "since": utc(datetime.now(UTC))}
    connection.execute(insert(connection, LOCKS).values(pipeline=pipeline, fence=number, **facts))
    return Fence(pipeline, holder.run_id, number)


def session_name(run_id: str) -> str:
    """What the sessions are called in which a run delivers."""
    return f"insiders-run {run_id}"


def holder_of(connection: sa.Connection, pipeline: str, run_id: str) -> Holder | None:
    """Who the run is that holds the lock, where it has its number already."""
    latest = _latest(connection, pipeline)
    if latest is None or latest.run_id != run_id:
        return None
    return Holder(latest.run_id, latest.host, latest.pid, latest.username, latest.since.replace(tzinfo=UTC))


def _latest(connection: sa.Connection, pipeline: str, *, lock: bool = False) -> sa.Row | None:
    query = sa.select(LOCKS).where(LOCKS.c.pipeline == pipeline).order_by(LOCKS.c.fence.desc()).limit(1)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()
