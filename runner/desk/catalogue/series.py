"""The values of one figure over the runs of a pipeline, each with the value of a parameter."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

MOST = 1_000
"""So many runs are drawn, the latest."""
MOST_PARAMETERS = 1_000


@dataclass(frozen=True)
class Value:
    """The value of the figure in a run."""

    run_id: str
    pipeline: str
    logical_date: str
    status: str
    value: float
    label: str
    """The value of the parameter; empty where none is asked for."""


def of(connection: sqlite3.Connection, pipeline: str, figure: str, parameter: str = "") -> list[Value]:
    """The values of a figure (`step.name`), the oldest first, with those of a parameter (`step.name`)."""
    (name,) = connection.execute("SELECT number FROM names WHERE step || '.' || name = ?", (figure,)).fetchone() or (
        None,
    )
    label = "''"
    if parameter:
        label = """(SELECT choices.value FROM chosen JOIN choices ON choices.number = choice
            WHERE chosen.run = runs.number AND choices.step || '.' || choices.name = ?)"""
    found = connection.execute(
        f"""SELECT run_id, pipeline, logical_date, status, figures.value, coalesce({label}, 'not set')
            FROM figures JOIN runs ON runs.number = figures.run
            WHERE figures.name = ? AND pipeline = ? ORDER BY logical_date DESC, run_id DESC LIMIT ?""",  # noqa: S608 - our own words
        (*([parameter] if parameter else []), name, pipeline, MOST),
    ).fetchall()
    return [Value(*one) for one in reversed(found)]


def unit(connection: sqlite3.Connection, figure: str) -> str:
    """The unit of a figure (`step.name`), as the run that was taken up last has it."""
    query = "SELECT coalesce(unit, '') FROM names WHERE step || '.' || name = ?"
    (found,) = connection.execute(query, (figure,)).fetchone() or ("",)
    return str(found)


def parameters(connection: sqlite3.Connection, pipeline: str) -> list[str]:
    """The parameters of a pipeline's latest runs, as `step.name`; those with several values first."""
    query = """SELECT step, name, count(DISTINCT choice) AS values_of_it
        FROM chosen JOIN choices ON choices.number = choice
        WHERE run IN (SELECT number FROM runs WHERE pipeline = ? ORDER BY run_id DESC LIMIT 200)
        GROUP BY step, name ORDER BY values_of_it = 1, step, name LIMIT ?"""
    return [f"{step}.{name}" for step, name, _ in connection.execute(query, (pipeline, MOST_PARAMETERS))]
