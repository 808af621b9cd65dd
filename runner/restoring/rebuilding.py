"""Rebuilding a database: run by run as they were delivered, then the ledger's lines, then promotion by promotion.

Every transaction is the delivery's own, and looks before it writes; so what was cut off is simply done again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from runner.delivery import endings
from runner.delivery.publication import Request
from runner.delivery.staging import stage
from runner.errors import DeliveryError, RecordError
from runner.ledger.line import Event
from runner.outcomes import Status
from runner.promotion import gates
from runner.promotion.policy import Policy
from runner.promotion.promote import PROMOTIONS, take_turn
from runner.restoring import succession, target
from runner.restoring.source import Files, Source, manifest_of
from runner.restoring.succession import Succession
from runner.tables import database
from runner.tables.database import insert
from runner.tables.fences import LOCKS
from runner.tables.ledger_rows import write_lines
from runner.tables.run_rows import RunRow, utc, write_metrics, write_run

_ENDS = (Event.FINISHED, Event.ADOPTED)
Tell = Callable[[str], None]


@dataclass
class Summary:
    """What was rebuilt."""

    runs: int = 0
    rows: int = 0
    """Rows of results."""
    lines: int = 0
    promotions: int = 0
    current: dict[str, str] = dataclasses.field(default_factory=dict)
    """The run that is current for each pipeline."""
    refused: list[str] = dataclasses.field(default_factory=list)
    """Requests that were refused when their run was made, and are again."""
    concluded: list[int] = dataclasses.field(default_factory=list)
    """Promotions that no line tells of."""


def rebuild(source: Source, engine: sa.Engine, tell: Tell = lambda _: None) -> Summary:
    """Bring an empty database, or one that was left half rebuilt, to what the archive tells; nothing else is written.

    Raises a `UsageError` where it holds other rows, a `DamageError` where the archive is not as it was kept, a
    `RecordError` where it does not tell enough, and a `PlaceError` where a place is away.
    """
    tell("reading the ledger")
    runs, lines = source.runs(), source.lines()
    moves = succession.of(lines, source.tops())
    _check_kept([run_id for _, run_id in runs], moves)
    tell("bringing the tables up to date")
    database.migrate(engine)
    ids, ledgers = {run_id for _, run_id in runs}, {line.ledger for line in lines}
    database.transact(engine, lambda connection: target.check(connection, ids, ledgers, moves))
    digests = {line.run_id: line.digest for line in lines if line.event in _ENDS}
    if engine.dialect.name == "postgresql":
        target.check_generated(_generated(source, moves, digests))
    summary = Summary(concluded=[one.number for one in moves if one.note == succession.CONCLUDED])
    policies: dict[str, Policy] = {}
    for position, (pipeline, run_id) in enumerate(runs, start=1):
        tell(f"run {position} of {len(runs)}: {run_id}")
        with source.opened(pipeline, run_id) as files:
            manifest, digest = manifest_of(files, digests.get(run_id))
            policies[run_id] = Policy.model_validate(manifest["policy"])
            _run(engine, files, manifest, digest, summary)
    tell("the ledger's lines")
    database.transact(engine, lambda connection: write_lines(connection, lines))
    summary.lines = len(lines)
    _promote(engine, moves, policies, summary, tell)
    return summary


def _check_kept(runs: Sequence[str], moves: Sequence[Succession]) -> None:
    gone = dict.fromkeys(one.run_id for one in moves if one.run_id not in runs)
    if gone:
        said = f"{len(gone)} runs that were current are not in this archive any more (pruned?): {', '.join(gone)}"
        raise RecordError(f"{said}; name the bucket that keeps them in INSIDERS_BUCKET")


def _generated(source: Source, moves: Sequence[Succession], digests: Mapping[str | None, str | None]) -> list[str]:
    """The runs of generated data among those that were current."""
    found = []
    for pipeline, run_id in dict.fromkeys((one.pipeline, one.run_id) for one in moves):
        with source.opened(pipeline, run_id) as files:
            manifest, _ = manifest_of(files, digests.get(run_id))
            if any(request.synthetic for request, _ in _requests(manifest)):
                found.append(f"{run_id} of {pipeline}")
    return found


def _run(engine: sa.Engine, files: Files, manifest: dict[str, Any], digest: str, summary: Summary) -> None:
    """All rows of one run, in one transaction as far as the contracts allow."""
    requests = _requests(manifest)
    row = _with_source(endings.row(manifest, digest), [request for request, _ in requests])

    def begin(connection: sa.Connection) -> None:
        write_run(connection, row)
        write_metrics(connection, row.run_id, endings.metrics(manifest))
        _fence(connection, manifest, row)

    database.transact(engine, begin)
    for request, delivered in requests:
        paths = {rows.name: files.get(rows.file, rows.sha256) for rows in request.tables}

        def staged(connection: sa.Connection, request: Request = request, paths: Mapping[str, Any] = paths) -> int:
            own = (stage(connection, row.run_id, request.step, rows, paths[rows.name]) for rows in request.tables)
            return sum(one.rows for one in own)

        try:
            summary.rows += database.transact(engine, staged)
        except DeliveryError as fault:
            if delivered:
                raise
            summary.refused.append(f"{row.run_id}, {request.step}: {fault}")
    summary.runs += 1


def _requests(manifest: Mapping[str, Any]) -> list[tuple[Request, bool]]:
    """What the run asked to publish and was not refused, each with whether it was delivered while the run went on."""
    found = []
    for one in (one for step in manifest["steps"] for one in step.get("publications") or ()):
        if one.get("status") == "refused" or not one.get("asked"):
            continue
        try:
            found.append((Request.model_validate(one["asked"]), one["status"] == "delivered"))
        except ValidationError as fault:
            raise RecordError(f"the record of {manifest['run_id']} holds a request that is none: {fault}") from None
    return found


def _with_source(row: RunRow, requests: Sequence[Request]) -> RunRow:
    """The run's row, with what its requests tell of its data; once generated, always generated."""
    if not requests:
        return row
    last = requests[-1]
    synthetic = any(request.synthetic for request in requests)
    return row.model_copy(update={"source": last.source, "source_sha256": last.source_sha256, "synthetic": synthetic})


def _fence(connection: sa.Connection, manifest: Mapping[str, Any], row: RunRow) -> None:
    """The lock that the run had, so that a later one gets a higher number; its times are those of the run."""
    if manifest.get("fence") is None:
        return
    ended = None if row.finished_at is None or row.status == Status.LOST else utc(row.finished_at)
    facts = {"pipeline": row.pipeline, "fence": manifest["fence"], "run_id": row.run_id, "host": row.host or ""}
    facts |= {"pid": manifest["provenance"].get("pid", 0), "username": row.username or ""}
    facts |= {"since": utc(row.started_at), "ended_at": ended}
    connection.execute(insert(connection, LOCKS).values(facts).on_conflict_do_nothing())


def _promote(
    engine: sa.Engine, moves: Sequence[Succession], policies: Mapping[str, Policy], summary: Summary, tell: Tell
) -> None:
    """The promotions that are not there yet, each in a transaction; the database moves the pointer by itself."""
    for one in moves:
        tell(f"promotion {one.number} of {len(moves)}: {one.run_id}")
        database.transact(engine, partial(_move, one=one, policy=policies[one.run_id]))
        summary.current[one.pipeline] = one.run_id
    summary.promotions = len(moves)


def _move(connection: sa.Connection, one: Succession, policy: Policy) -> None:
    take_turn(connection)
    there = sa.select(PROMOTIONS.c.number).where(PROMOTIONS.c.number == one.number)
    if connection.execute(there).scalar_one_or_none() is not None:
        return
    asked = gates.evaluate(connection, policy.gates, one.run_id, one.previous) if one.kind == "promoted" else ()
    values = {
        "number": one.number,
        "pipeline": one.pipeline,
        "run_id": one.run_id,
        "previous_run_id": one.previous,
        "kind": one.kind,
        "at": one.at.astimezone(UTC).replace(tzinfo=None),
        "by_whom": one.by,
        "gates": [dataclasses.asdict(result) for result in asked],
        "note": one.note,
    }
    connection.execute(sa.insert(PROMOTIONS).values(values))
