"""The database after, and during, a storm: rows per run, promotions in one order, views that never mix two runs."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from tests.storm.notes import MARKED, ROWS, mark


def torn(connection: sa.Connection) -> Iterator[str]:
    """What a reader of the current views must never see: rows of two runs, or some of a run's rows."""
    seen: dict[str, set[tuple[str, str]]] = {}
    for table, said in MARKED.items():
        query = f"SELECT pipeline, run_id, {said}, count(*) FROM current_{table} GROUP BY pipeline, run_id, {said}"
        found = connection.execute(sa.text(query)).all()
        seen[table] = {(pipeline, run_id) for pipeline, run_id, _, _ in found}
        for pipeline, run_id, marked, count in found:
            if (marked, count) != (mark(run_id), ROWS):
                yield f"current_{table} shows {count} rows {marked} as those of {run_id} of {pipeline}"
        if len({pipeline for pipeline, _ in seen[table]}) != len(seen[table]):
            yield f"current_{table} shows two runs of a pipeline: {sorted(seen[table])}"
    if len(set(map(frozenset, seen.values()))) > 1:
        yield f"the current views show different runs: {seen}"


def lost(connection: sa.Connection, run_id: str) -> Iterator[str]:
    """Rows of an ended run that are not there."""
    for table, said in MARKED.items():
        query = f"SELECT count(*) FROM {table} WHERE run_id = :run AND {said} = :mark"
        found = connection.execute(sa.text(query), {"run": run_id, "mark": mark(run_id)}).scalar_one()
        if found < ROWS:
            yield f"{run_id}: {found} of {ROWS} rows of {table}"


def doubled(connection: sa.Connection) -> Iterator[str]:
    """More rows of a run than it had, or rows that nobody claims."""
    for table in MARKED:
        query = (
            f"SELECT t.run_id, count(*), max(d.rows) FROM {table} t LEFT JOIN deliveries d "
            f"ON d.run_id = t.run_id AND d.table_name = '{table}' GROUP BY t.run_id"
        )
        for run_id, count, claimed in connection.execute(sa.text(query)):
            if count != claimed:
                yield f"{table} has {count} rows of {run_id}, delivered were {claimed}"


def disordered(connection: sa.Connection) -> Iterator[str]:
    """Promotions that do not follow one another, and a pointer that is not at the newest."""
    newest: dict[str, str] = {}
    for number, pipeline, run_id, previous in connection.execute(
        sa.text("SELECT number, pipeline, run_id, previous_run_id FROM promotions ORDER BY number")
    ):
        if previous != newest.get(pipeline):
            yield f"promotion {number} of {pipeline} follows {previous}, the one before was {newest.get(pipeline)}"
        if run_id == previous:
            yield f"promotion {number} of {pipeline} is of the run that was current already"
        newest[pipeline] = run_id
    found = connection.execute(sa.text("SELECT pipeline, run_id FROM published_runs"))
    pointers = {row.pipeline: row.run_id for row in found}
    if pointers != newest:
        yield f"the newest promotions are {newest}, current are {pointers}"
