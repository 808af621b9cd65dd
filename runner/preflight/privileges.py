"""What a login needs on PostgreSQL so that a run can be delivered and go live: asked of the server, in one question.

It is what `insiders_publisher` is granted and the runner uses; whoever owns the tables has it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from runner.delivery.staging import DELIVERIES
from runner.delivery.staging import PUBLISHED as RESULTS
from runner.promotion.promote import CHANGES, PROMOTIONS, PUBLISHED
from runner.tables.fences import LOCKS
from runner.tables.ledger_rows import LEDGER
from runner.tables.run_rows import METRICS, RUNS, RunRow

ROLE = "insiders_publisher"
VERSION = "alembic_version"
ADDED_TO = (*(table.name for table in (RUNS, METRICS, DELIVERIES, LOCKS, LEDGER, PROMOTIONS)), *RESULTS)
READ = (*ADDED_TO, CHANGES.name, PUBLISHED.name, VERSION)
CHANGED: Mapping[str, tuple[str, ...]] = {
    RUNS.name: tuple(name for name in RunRow.model_fields if name != "approved_by"),
    LOCKS.name: ("ended_at",),
}
"""Columns that are written again: who approved a run follows the ledger by itself."""
CALLED = ("promotion_turn()",)
_ASKED = """
SELECT act, place, part
FROM unnest(CAST(:acts AS text[]), CAST(:places AS text[]), CAST(:parts AS text[])) AS asked (act, place, part)
WHERE NOT COALESCE(CASE
    WHEN act = 'EXECUTE' THEN has_function_privilege(to_regprocedure(place)::oid, act)
    WHEN part <> '' THEN (
        SELECT has_column_privilege(attrelid, attnum, act) FROM pg_attribute
        WHERE attrelid = to_regclass(place) AND attname = part
    )
    ELSE has_table_privilege(to_regclass(place)::oid, act)
END, FALSE)
"""


@dataclass(frozen=True)
class Privilege:
    """Something that a login may do or not."""

    act: str
    """`SELECT`, `INSERT`, `UPDATE` or `EXECUTE`."""
    place: str
    """The table or function."""
    column: str = ""
    """The column, where it is not the whole table."""


def wanted() -> Iterator[Privilege]:
    """Everything that a run needs."""
    yield from (Privilege("SELECT", table) for table in READ)
    yield from (Privilege("INSERT", table) for table in ADDED_TO)
    yield from (Privilege("UPDATE", table, column) for table, columns in CHANGED.items() for column in columns)
    yield from (Privilege("EXECUTE", function) for function in CALLED)


def missing(connection: sa.Connection) -> list[Privilege]:
    """What the login of the connection lacks; all that is about a table which is not there or cannot be seen."""
    asked = list(wanted())
    lists = {
        "acts": [one.act for one in asked],
        "places": [one.place for one in asked],
        "parts": [one.column for one in asked],
    }
    return [Privilege(*row) for row in connection.execute(sa.text(_ASKED), lists)]


def told(lacking: Iterable[Privilege]) -> str:
    """The privileges in words: `INSERT on answers, customers; UPDATE on runs (status)`."""
    acts: dict[str, dict[str, list[str]]] = {}
    for one in lacking:
        acts.setdefault(one.act, {}).setdefault(one.place, []).append(one.column)
    return "; ".join(
        f"{act} on {', '.join(_place(place, columns) for place, columns in places.items())}"
        for act, places in acts.items()
    )


def _place(place: str, columns: list[str]) -> str:
    if "" in columns or len(columns) == len(CHANGED.get(place, ())):
        return place
    return f"{place} ({', '.join(columns)})"
