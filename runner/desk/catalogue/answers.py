"""What the index answers: the runs of a page, how many there are, and what can be asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runner.desk.catalogue import conditions
from runner.desk.catalogue.entries import BROKEN, MISSING, PRUNED
from runner.desk.catalogue.questions import PAGE, Question

_COLUMNS = (
    "runs.number, folder, runs.run_id, runs.pipeline, status, reason, title, logical_date, started, seconds, runs.who, "
    "runs.digest, gates, steps, good_steps, said.event, said.who, said.digest, live.run_id"
)
_JOINED = """runs LEFT JOIN said ON said.run_id = runs.run_id
    LEFT JOIN live ON live.pipeline = runs.pipeline AND live.run_id = runs.run_id"""
MOST_FIGURES = 3
"""So many figures stand in a row without being asked for."""


@dataclass(frozen=True)
class Row:
    """A run in the list."""

    number: int
    folder: str
    run_id: str
    pipeline: str
    status: str
    reason: str | None
    title: str
    logical_date: str
    started: datetime
    seconds: float | None
    who: str
    digest: str | None
    gates: tuple[str, ...]
    steps: int
    good_steps: int
    verdict: str | None
    verdict_by: str | None
    void: bool
    """Whether the run has changed since the verdict."""
    live: bool
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether it has a page of its own to go to."""
        return self.status not in (MISSING, PRUNED)

    @property
    def comparable(self) -> bool:
        """Whether its record can be compared with another one."""
        return self.shown and self.status != BROKEN

    @property
    def decisive(self) -> dict[str, float]:
        """The figures that its gates ask about, the first ones."""
        found = {name: self.figures[name] for name in self.gates if name in self.figures}
        return dict(list(found.items())[:MOST_FIGURES])


@dataclass(frozen=True)
class Answer:
    """A page of runs."""

    rows: tuple[Row, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def ask(connection: sqlite3.Connection, question: Question) -> Answer:
    """The runs that a question asks for, one page of them."""
    where, values = conditions.where(question)
    (total,) = connection.execute(f"SELECT count(*) FROM runs{where}", values).fetchone()  # noqa: S608 - our own words
    page = min(question.page, max(1, -(-total // PAGE)))
    order, ordered_by = conditions.order(question)
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM {_JOINED}{where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - our own words
        (*values, *ordered_by, PAGE, (page - 1) * PAGE),
    ).fetchall()
    return Answer(tuple(_with_figures(connection, map(_row, found), question.columns)), total, page)


def rows_of(connection: sqlite3.Connection, test: str, *values: object) -> list[Row]:
    """The runs for which a test of our own holds, newest first."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM {_JOINED} WHERE {test} ORDER BY runs.run_id DESC",  # noqa: S608 - our own words
        values,
    )
    return [_row(one) for one in found]


def pipelines(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Every pipeline with the number of its runs."""
    return connection.execute("SELECT pipeline, count(*) FROM runs GROUP BY pipeline ORDER BY pipeline").fetchall()


def statuses(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Every status that occurs with the number of its runs."""
    return connection.execute("SELECT status, count(*) FROM runs GROUP BY status ORDER BY status").fetchall()


def figures(connection: sqlite3.Connection, pipeline: str = "") -> list[str]:
    """The figures that runs of a pipeline have, as `step.name`."""
    if not pipeline:
        return [f"{step}.{name}" for step, name in connection.execute("SELECT step, name FROM names ORDER BY 1, 2")]
    query = """SELECT DISTINCT step, names.name FROM figures JOIN names ON names.number = figures.name
        WHERE run IN (SELECT number FROM runs WHERE pipeline = ? ORDER BY run_id DESC LIMIT 20) ORDER BY 1, 2"""
    return [f"{step}.{name}" for step, name in connection.execute(query, (pipeline,))]


def _row(found: Sequence[Any]) -> Row:
    *told, verdict, verdict_by, verdict_digest, live = found
    (
        number,
        folder,
        run_id,
        pipeline,
        status,
        reason,
        title,
        logical_date,
        started,
        seconds,
        who,
        digest,
        gates,
        *rest,
    ) = told
    steps, good_steps = rest
    return Row(
        number=number,
        folder=folder,
        run_id=run_id,
        pipeline=pipeline,
        status=status,
        reason=reason,
        title=title,
        logical_date=logical_date,
        started=datetime.fromisoformat(started),
        seconds=seconds,
        who=who,
        digest=digest,
        gates=tuple(json.loads(gates)),
        steps=steps,
        good_steps=good_steps,
        verdict=verdict,
        verdict_by=verdict_by,
        void=verdict is not None and verdict_digest != digest,
        live=live is not None,
    )


def _with_figures(connection: sqlite3.Connection, rows: Iterable[Row], columns: Sequence[str]) -> Iterable[Row]:
    """The rows with the figures that are shown of them."""
    query = "SELECT step, names.name, value FROM figures JOIN names ON names.number = figures.name WHERE run = ?"
    for row in rows:
        wanted = {*row.gates, *columns}
        for step, name, value in connection.execute(query, (row.number,)):
            if f"{step}.{name}" in wanted:
                row.figures[f"{step}.{name}"] = value
            if name in columns:
                row.figures.setdefault(name, value)
        yield row
