"""The database of results: connections with time limits, migrations, transactions tried again where that helps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql, sqlite
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random_exponential

from runner.errors import DeliveryError, PlaceError
from runner.settings import CHECKOUT, masked

MIGRATIONS = CHECKOUT / "infra" / "migrations"
POSTGRES_LIMITS: dict[str, Any] = {
    "connect_timeout": 5,
    "options": "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "insiders-runner",
}
"""What no connection goes without, so that a host that hangs is noticed in seconds; the URL may say otherwise."""
SQLITE_BUSY_S = 10
TRANSIENT = ("08", "40001", "40P01", "53300", "55P03", "57P01", "57P02", "57P03")
"""Beginnings of the SQLSTATE codes after which the same transaction may well succeed: lost connections, deadlocks,
serialization failures, lock time-outs, a server that is full, stopping or starting."""

T = TypeVar("T")
_Fault = (sa.exc.SQLAlchemyError, psycopg2.Error)


def engine(url: str) -> sa.Engine:
    """An engine for a PostgreSQL (psycopg2) or SQLite URL; nothing is connected yet."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    limits = {name: value for name, value in POSTGRES_LIMITS.items() if name not in address.query}
    # SQLAlchemy 2.1 would take psycopg 3 for a plain postgresql:// URL.
    address = address.set(drivername="postgresql+psycopg2")
    return sa.create_engine(address, connect_args=limits, pool_pre_ping=True, pool_size=2)


def ping(engine: sa.Engine) -> None:
    """Ask the database for nothing, or raise a `PlaceError` that says why it did not answer."""
    transact(engine, lambda connection: connection.execute(sa.text("SELECT 1")))


def migrate(engine: sa.Engine) -> None:
    """Bring the database to the newest tables. Quick when it is there already, and safe when several do it at once."""
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    if transact(engine, _revision) != newest:
        transact(engine, lambda connection: _upgrade(connection, config))


def transact(engine: sa.Engine, work: Callable[[sa.Connection], T]) -> T:
    """The result of `work` in one transaction of its own, tried again after faults that pass by themselves.

    `work` may run more than once, and a commit whose answer was lost may have happened: it must look before it writes.
    Raises a `DeliveryError` where the rows contradict the tables, a `PlaceError` for every other fault.
    """
    attempts = Retrying(
        retry=retry_if_exception(_passes_by_itself),
        wait=wait_random_exponential(multiplier=0.2, max=3),
        stop=stop_after_attempt(4) | stop_after_delay(15),
        reraise=True,
    )
    try:
        return attempts(_once, engine, work)
    except _Fault as fault:
        raise _expected(fault, engine) from fault


def insert(connection: sa.Connection, table: sa.TableClause) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what happens where the key is there already; both databases spell it alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


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
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


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
    if not isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError):
        return False
    if cause.pgcode:
        return cause.pgcode.startswith(TRANSIENT)
    # Without a code the connection was never made, or went away; FATAL is a server that answered and said no.
    answer = str(cause)
    return "FATAL" not in answer or any(word in answer for word in ("starting up", "shutting down", "too many"))


def _expected(fault: BaseException, engine: sa.Engine) -> DeliveryError | PlaceError:
    cause = getattr(fault, "orig", None) or fault
    said = masked(" ".join(str(cause).split())) or type(cause).__name__
    refused = (sqlite3.IntegrityError, sqlite3.DataError, psycopg2.IntegrityError, psycopg2.DataError)
    if isinstance(cause, refused):
        return DeliveryError(f"the database refused the rows: {said}")
    place = engine.url.render_as_string(hide_password=True)
    return PlaceError(f"the database {place} did not do its part: {said}")
