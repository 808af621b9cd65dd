"""The run before a run, which a reader compares it with: the one that was live before it, else the last good one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from runner.outcomes import Status

_LIVE = "event IN ('promoted', 'rolled_back')"
"""As the indexes of the table have it."""


@dataclass(frozen=True)
class Predecessor:
    """A run before another one of its pipeline."""

    run_id: str
    pipeline: str
    logical_date: str
    was_live: bool
    """Whether its results were the current ones; else it is the last one that succeeded."""


def of(connection: sqlite3.Connection, pipeline: str, run_id: str) -> Predecessor | None:
    """The run to compare a run with, of those that are still there; None where none came before it.

    Before a run that went live, the one whose results it replaced at first; before any other, the one whose results
    it would replace.
    """
    live = _live_before(connection, pipeline, run_id)
    if live is not None and (found := _run(connection, pipeline, "run_id = ?", live)):
        return Predecessor(*found, was_live=True)
    found = _run(connection, pipeline, "run_id < ?", run_id)
    return Predecessor(*found, was_live=False) if found else None


def of_earlier_date(connection: sqlite3.Connection, pipeline: str, run_id: str) -> Predecessor | None:
    """The last good run of the latest date before that of a run."""
    query = "run_id < ? AND logical_date < (SELECT logical_date FROM runs WHERE pipeline = ? AND run_id = ?)"
    found = _run(connection, pipeline, query, run_id, pipeline, run_id, order="logical_date DESC, run_id DESC")
    return Predecessor(*found, was_live=False) if found else None


def _live_before(connection: sqlite3.Connection, pipeline: str, run_id: str) -> str | None:
    first = f"SELECT min(number) FROM events WHERE pipeline = ? AND run_id = ? AND {_LIVE}"  # noqa: S608 - our own words
    (number,) = connection.execute(first, (pipeline, run_id)).fetchone()
    if number is not None:
        query = f"SELECT run_id FROM events WHERE pipeline = ? AND number < ? AND {_LIVE} ORDER BY number DESC LIMIT 1"  # noqa: S608 - our own words
        return _one(connection, query, pipeline, number)
    query = f"SELECT run_id FROM events WHERE pipeline = ? AND {{}} AND {_LIVE} ORDER BY run_id DESC LIMIT 1"  # noqa: S608 - our own words
    last, now = _one(connection, query.format("1"), pipeline), _one(connection, _NOW, pipeline)
    if now is not None and last is not None and max(last, now) < run_id:
        return now
    return _one(connection, query.format("run_id < ?"), pipeline, run_id)


_NOW = "SELECT run_id FROM live WHERE pipeline = ?"


def _one(connection: sqlite3.Connection, query: str, *values: object) -> str | None:
    found = connection.execute(query, values).fetchone()
    return None if found is None else found[0]


def _run(
    connection: sqlite3.Connection, pipeline: str, test: str, *values: str, order: str = "run_id DESC"
) -> tuple[str, str, str] | None:
    """The first good run for which a test of our own holds."""
    found: tuple[str, str, str] | None = connection.execute(
        f"""SELECT run_id, pipeline, logical_date FROM runs
            WHERE pipeline = ? AND status = ? AND {test} ORDER BY {order} LIMIT 1""",  # noqa: S608 - our own words
        (pipeline, Status.SUCCEEDED, *values),
    ).fetchone()
    return found
