"""The database of results: connections with time limits, migrations, transactions tried again where that helps."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql, sqlite
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random_exponential

from runner.errors import DeliveryError, PlaceError
from runner.settings import masked
from runner.tables import revisions, silence

POSTGRES_LIMITS: dict[str, Any] = {
    "connect_timeout": 5,
    "options": "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""What no connection goes without, so that a host that hangs is noticed in seconds; the URL may say otherwise."""
QUIET_S = 75
"""A connection that says nothing for so long is cut: longer than the server may take for a statement."""
SQLITE_BUSY_S = 10
TRANSIENT = ("08", "25006", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03")
"""Beginnings of the SQLSTATE codes after which the same transaction may well succeed: lost connections, deadlocks,
serialization failures, lock time-outs, a server that is full, stopping or starting, or only reads any more because
another has taken over from it, which a new connection finds."""
UNTRUSTED = ("certificate", "does not support SSL")
"""What the driver says where TLS cannot be had or trusted, which does not pass by itself."""

T = TypeVar("T")
_Fault = (sa.exc.SQLAlchemyError, psycopg2.Error, silence.SilenceError)


def engine(url: str, name: str = "insiders-runner") -> sa.Engine:
    """An engine for a PostgreSQL (psycopg2) or SQLite URL; nothing is connected yet. The server shows the name."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    limits = {**POSTGRES_LIMITS, "application_name": name}
    limits = {option: value for option, value in limits.items() if option not in address.query}
    # SQLAlchemy 2.1 would take psycopg 3 for a plain postgresql:// URL.
    address = address.set(drivername="postgresql+psycopg2")
    # No connection is kept for later: whether it is still good would be one more thing that can hang.
    made = sa.create_engine(address, connect_args=limits, poolclass=sa.NullPool)
    sa.event.listen(made, "connect", lambda connection, _: silence.watch(connection), insert=True)
    sa.event.listen(made, "before_cursor_execute", lambda *_: silence.heard())
    return made


def ping(engine: sa.Engine) -> None:
    """Ask the database for nothing, or raise a `PlaceError` that says why it did not answer."""
    transact(engine, lambda connection: connection.execute(sa.text("SELECT 1")))


def migrate(engine: sa.Engine) -> None:
    """Bring the database to the newest tables. Quick when it is there already, and safe when several do it at once.

    A login that may not do it only looks, and raises a `PlaceError` where there is something to do.
    """
    config, newest = revisions.configuration(), revisions.known()[0]
    if (found := transact(engine, revisions.current)) == newest:
        return
    try:
        transact(engine, lambda connection: _upgrade(connection, config))
    except PlaceError as fault:
        if isinstance(getattr(fault.__cause__, "orig", None), psycopg2.errors.InsufficientPrivilege):
            login = engine.url.username
            raise PlaceError(
                f"the tables of the database are {f'at revision {found}' if found else 'not there'}, this checkout "
                f"needs {newest}, and {login} may not change them: let their owner run `alembic upgrade head`"
            ) from fault
        raise


def transact(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    """The result of `work` in one transaction of its own, tried again after faults that pass by themselves.

    `work` may run more than once, and a commit whose answer was lost may have happened: it must look before it writes.
    Raises a `DeliveryError` where the rows contradict the tables, a `PlaceError` for every other fault.
    """
    return _attempted(engine, lambda: _once(engine, work))


def session(engine: sa.Engine) -> Any:  # noqa: ANN401 - psycopg2 comes without types
    """A connection of the driver's own that lasts, with no transaction around its statements; else a `PlaceError`.

    Whoever has it sets a limit to the silence of each statement.
    """
    lasting = _attempted(engine, engine.raw_connection)
    lasting.detach()
    connection: Any = lasting.dbapi_connection
    connection.autocommit = True
    return connection


@contextmanager
def translated(engine: sa.Engine) -> Iterator[None]:
    """Raise what the database refuses or fails to do as the error that a person is expected to meet."""
    try:
        yield
    except _Fault as fault:
        raise _expected(fault, engine) from fault


def insert(connection: sa.Connection, table: sa.TableClause) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what happens where the key is there already; both databases spell it alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _attempted(engine: sa.Engine, action: Callable[[], T]) -> T:
    attempts = Retrying(
        retry=retry_if_exception(_passes_by_itself),
        wait=wait_random_exponential(multiplier=0.2, max=3),
        stop=stop_after_attempt(4) | stop_after_delay(15),
        reraise=True,
    )

    def attempt() -> T:
        with silence.Limit(QUIET_S):
            return action()

    with translated(engine):
        return attempts(attempt)


def _once(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _sqlite(address: sa.URL) -> sa.Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    made = sa.create_engine(address, connect_args={"timeout": SQLITE_BUSY_S}, poolclass=sa.NullPool)
    sa.event.listen(made, "connect", _set_up_sqlite)
    # Python's driver would begin a transaction only at the first write, and never for DDL.
    sa.event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return made


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Readers do not wait for writers. SQLite does not wait for its turn to change to this, so we do."""
    ends = time.monotonic() + SQLITE_BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return


def _upgrade(connection: sa.Connection, config: Config) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('insiders migrations'))"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as fault:
        raise PlaceError(f"the database was set up by another version of this checkout: {fault}") from fault


def _passes_by_itself(fault: BaseException) -> bool:
    """Whether the same transaction may well succeed in a moment."""
    cause = getattr(fault, "orig", fault)
    if isinstance(cause, psycopg2.Error) and cause.pgcode:
        return cause.pgcode.startswith(TRANSIENT)
    if not isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError):
        return False
    # Without a code the connection was never made, or went away; FATAL is a server that answered and said no.
    answer = str(cause)
    if any(word in answer for word in UNTRUSTED):
        return False
    return "FATAL" not in answer or any(word in answer for word in ("starting up", "shutting down", "too many"))


def _expected(fault: BaseException, engine: sa.Engine) -> DeliveryError | PlaceError:
    cause = getattr(fault, "orig", None) or fault
    said = masked(" ".join(str(cause).split())) or type(cause).__name__
    refused = (sqlite3.IntegrityError, sqlite3.DataError, psycopg2.IntegrityError, psycopg2.DataError)
    if isinstance(cause, refused):
        return DeliveryError(f"the database refused the rows: {said}")
    place = engine.url.render_as_string(hide_password=True)
    return PlaceError(f"the database {place} did not do its part: {said}")
