"""The database of results, read-only: nothing is ever written, and no question is waited for without end."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pandas as pd
import psycopg2.errors
import sqlalchemy as sa

CONNECT_S, STATEMENT_S = 5, 20
_STEPS = 50_000
"""Steps of SQLite's machine between two looks at the clock."""
_CHUNK = 20_000


class Away(Exception):  # noqa: N818 - what it is, as a page says it
    """The database does not answer, or not as these pages need it; the text is meant for who reads the page."""


def engine(url: str) -> sa.Engine:
    """An engine that can only read; nothing is connected yet."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address)
    limits = {
        "connect_timeout": CONNECT_S,
        "tcp_user_timeout": 1000 * STATEMENT_S,
        "application_name": "insiders-dashboard",
        "options": f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_S}s -c jit=off",
    }
    limits = {option: value for option, value in limits.items() if option not in address.query}
    return sa.create_engine(address, connect_args=limits, pool_size=4, max_overflow=4, pool_pre_ping=True)


def rows(source: sa.Engine, query: sa.Select[Any]) -> pd.DataFrame:
    """All rows that a query finds; an `Away` where the database does not answer it."""
    try:
        with source.connect() as connection:
            result = connection.execute(query)
            return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
    except sa.exc.SQLAlchemyError as fault:
        raise Away(_why(fault, source)) from fault


def chunks(source: sa.Engine, query: sa.Select[Any]) -> Iterator[pd.DataFrame]:
    """The same a part at a time, at least one, for what may be long."""
    try:
        with source.connect() as connection:
            result = connection.execution_options(yield_per=_CHUNK).execute(query)
            names, some = list(result.keys()), False
            for part in result.partitions():
                some = True
                yield pd.DataFrame([tuple(row) for row in part], columns=names)
            if not some:
                yield pd.DataFrame(columns=names)
    except sa.exc.SQLAlchemyError as fault:
        raise Away(_why(fault, source)) from fault


def _sqlite(address: sa.URL) -> sa.Engine:
    """Opened by a path that allows reading only; a question that takes too long is broken off."""
    path = f"file:{quote(address.database or '')}?mode=ro"

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(path, uri=True, timeout=CONNECT_S, check_same_thread=False)
        made.execute("PRAGMA query_only = ON")
        made.execute("PRAGMA cache_size = -65536")
        return made

    source = sa.create_engine("sqlite://", creator=connect, poolclass=sa.QueuePool, pool_size=4)

    @sa.event.listens_for(source, "before_cursor_execute")
    def limit(connection: sa.Connection, *_: object) -> None:
        ends = time.monotonic() + STATEMENT_S
        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)

    return source


def _why(fault: sa.exc.SQLAlchemyError, source: sa.Engine) -> str:
    """What a reader is told: which kind of fault, and what to do; never an address or a password."""
    cause = getattr(fault, "orig", None) or fault
    said = str(cause).lower()
    if "no such table" in said or "no such column" in said or isinstance(cause, psycopg2.errors.UndefinedTable):
        return (
            "The database has no tables of this version yet. Run the pipeline once (make run), "
            "or let the owner of the tables run alembic upgrade head."
        )
    if isinstance(cause, psycopg2.errors.InsufficientPrivilege):
        return "The login of the dashboard may not read the views: grant it the role insiders_dashboard."
    if "interrupt" in said or isinstance(cause, psycopg2.errors.QueryCanceled):
        return f"The database took longer than {STATEMENT_S} seconds over a question, which was broken off."
    if "certificate" in said:
        return (
            "The certificate of the database is not one that is trusted here, so nothing was asked of it: "
            "`runner check` says why."
        )
    if source.dialect.name == "sqlite" and "unable to open" in said:
        return "There is no database file yet where INSIDERS_DATABASE_URL looks. Run the pipeline once: make run."
    return "The database does not answer. Is it running, and does INSIDERS_DATABASE_URL name it?"
