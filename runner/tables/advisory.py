"""PostgreSQL's advisory lock: held by a session, so it goes with the process, or with its host.

The kernel closes the session of a process that ends; of a host that is gone the server finds out by its keepalives in
half a minute; and a session that says nothing at all for a minute, because its process stands still, is ended by the
server (from PostgreSQL 14). A pooler that gives each transaction another session makes this lock worthless: connect to
the server itself. Fencing numbers hold all the same.
"""

from __future__ import annotations

import contextlib
import hashlib
from contextlib import ExitStack
from typing import Any

import psycopg2
import sqlalchemy as sa

from runner.locking.descriptors import private
from runner.tables import database, silence

NAMESPACE = "insiders: one run of a pipeline at a time"
SILENCE_S = 60
"""After so much silence the server ends the session, and the lock is free."""
ANSWER_S = 15
"""After so much silence of the server the session is given up."""
SERVER_LIMITS = (
    (90_000, "tcp_keepalives_idle", "10s"),
    (90_000, "tcp_keepalives_interval", "5s"),
    (90_000, "tcp_keepalives_count", "3"),
    (120_000, "tcp_user_timeout", "25s"),
)
"""How the server finds out that the holder's host is gone, and the version that knows the setting."""
KNOWS_IDLE_SESSIONS = 140_000
NAME = "insiders-lock "
"""What the session is called for the database's administrator, and for a run that is refused; the run's id follows."""
_HOLDER = """
SELECT activity.application_name FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
WHERE locktype = 'advisory' AND granted AND objsubid = 1
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND classid = ((%(key)s >> 32) & 4294967295)::oid AND objid = (%(key)s & 4294967295)::oid
"""


class Session:
    """A session that holds a pipeline's lock, until it ends or is lost. For use by one thread at a time."""

    def __init__(self, engine: sa.Engine, pipeline: str, run_id: str) -> None:
        self._engine = engine
        self._key = key(pipeline)
        self._name = f"{NAME}{run_id}"
        self._connection: Any = None
        self._private = ExitStack()

    def take(self) -> str | None:
        """Take the lock, in a new session. None where it is ours now, else the id of the run that has it, or "".

        Raises a `PlaceError` where the database does not answer.
        """
        self.close()
        self._connection = database.session(self._engine)
        self._private.enter_context(private(self._connection.fileno()))
        with database.translated(self._engine):
            self._limit()
            if self._ask("SELECT pg_try_advisory_lock(%(key)s)", key=self._key):
                return None
            name = str(self._ask(_HOLDER, key=self._key) or "")
        self.close()
        return name.removeprefix(NAME) if name.startswith(NAME) else ""

    def alive(self) -> bool:
        """Whether the session, and with it the lock, is still there. Asking also tells the server that we are."""
        try:
            return self._connection is not None and self._ask("SELECT 1") == 1
        except (psycopg2.Error, silence.SilenceError):
            return False

    def close(self) -> None:
        """Give the lock back, and end the session."""
        if self._connection is None:
            return
        with contextlib.suppress(psycopg2.Error, silence.SilenceError):
            # Said, so that it is free when we return: the end of the session alone takes the server a moment.
            self._ask("SELECT pg_advisory_unlock_all()")
        # First the name, then the number: another file may get the number at once.
        self._private.close()
        with contextlib.suppress(psycopg2.Error):
            self._connection.close()
        self._connection = None

    def _limit(self) -> None:
        version = self._connection.server_version
        limits = {name: value for since, name, value in SERVER_LIMITS if version >= since}
        if version >= KNOWS_IDLE_SESSIONS:
            limits["idle_session_timeout"] = f"{SILENCE_S}s"
        for name, value in {"application_name": self._name, **limits}.items():
            self._ask("SELECT set_config(%(name)s, %(value)s, false)", name=name, value=value)

    def _ask(self, query: str, **values: object) -> object:
        """The first value of the answer; the session is cut where there is none in time."""
        with silence.Limit(ANSWER_S) as limit, self._connection.cursor() as cursor:
            limit.watch(self._connection)
            cursor.execute(query, values)
            row = cursor.fetchone()
            return row[0] if row else None


def key(pipeline: str) -> int:
    """The number of a pipeline's lock among all advisory locks of the database: 64 bits, with a sign."""
    digest = hashlib.sha256(f"{NAMESPACE}\0{pipeline}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
