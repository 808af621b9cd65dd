"""The way back: the run that was current before becomes current again, as a promotion of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from runner.errors import UsageError
from runner.promotion.promote import PUBLISHED, Promotion, history, take_turn, write
from runner.tables.database import transact


def rollback(engine: sa.Engine, pipeline: str, by: str, note: str | None = None) -> Promotion:
    """Make the run before the current one current again; a `UsageError` where there is none, or another came between.

    Going back again goes one run further back.
    """
    seen = transact(engine, lambda connection: _newest(connection, pipeline))

    def work(connection: sa.Connection) -> Promotion:
        take_turn(connection)
        rows = history(connection, pipeline)
        if rows and rows[-1].number != seen:
            return _meanwhile(rows, seen, pipeline, by)
        held = live(rows)
        if len(held) < 2:
            known = f"{held[0]} is the first current run of {pipeline}" if held else f"no run of {pipeline} is current"
            raise UsageError(f"there is no run to go back to: {known}")
        return write(connection, "rolled_back", held[-2], pipeline, by, note=note)

    return transact(engine, work)


def pipelines(connection: sa.Connection) -> list[str]:
    """The pipelines that have a current run."""
    return list(connection.execute(sa.select(PUBLISHED.c.pipeline).order_by(PUBLISHED.c.pipeline)).scalars())


def _newest(connection: sa.Connection, pipeline: str) -> int | None:
    rows = history(connection, pipeline)
    return rows[-1].number if rows else None


def live(rows: Sequence[sa.Row[Any]]) -> list[str]:
    """The runs that were current one after the other and were not taken back, the current one last."""
    held: list[str] = []
    for row in rows:
        if row.kind == "promoted":
            held.append(row.run_id)
        else:
            held.pop()
    return held


def _meanwhile(rows: Sequence[sa.Row[Any]], seen: int | None, pipeline: str, by: str) -> Promotion:
    """What was done since: our own going back, whose answer was lost.

    Another's promotion is a `UsageError`: nobody has asked to undo it.
    """
    since = [row for row in rows if row.number > (seen or 0)]
    if len(since) == 1 and since[0].kind == "rolled_back" and since[0].by_whom == by:
        text = f"rolled back: {since[0].run_id} is current for {pipeline}"
        return Promotion(promoted=True, text=text, number=since[0].number)
    raise UsageError(f"{since[-1].run_id} became current for {pipeline} meanwhile; look again before you go back")
