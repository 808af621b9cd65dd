"""Which run's results are current: one pointer per pipeline, moved in one transaction.

A row in `promotions` is the whole of it: the database moves the pointer and writes who entered and who left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from runner.delivery.staging import DELIVERIES
from runner.outcomes import Status
from runner.promotion import gates, verdicts
from runner.promotion.gates import Result
from runner.promotion.policy import Policy
from runner.tables.database import transact
from runner.tables.fences import Fence
from runner.tables.run_rows import RUNS

PROMOTIONS = sa.table(
    "promotions",
    *(sa.column(name, sa.Text) for name in ("pipeline", "run_id", "previous_run_id", "kind", "by_whom", "note")),
    sa.column("number", sa.BigInteger),
    sa.column("at", sa.DateTime),
    sa.column("gates", sa.JSON),
)
PUBLISHED = sa.table(
    "published_runs",
    *(sa.column(name, sa.Text) for name in ("pipeline", "run_id", "published_by")),
    sa.column("since", sa.DateTime),
    sa.column("promotion", sa.BigInteger),
)
CHANGES = sa.table(
    "membership_changes", *(sa.column(name, sa.Text) for name in ("run_id", "previous_run_id", "change"))
)
Kind = Literal["promoted", "rolled_back"]


@dataclass(frozen=True)
class Promotion:
    """What became of a promotion."""

    promoted: bool
    """Whether the run's results are current now."""
    text: str
    """One line for the person."""
    number: int | None = None
    """The number of the promotion that made it current."""
    gates: tuple[Result, ...] = ()
    """What each gate said, where they were asked."""

    @property
    def failed(self) -> bool:
        """Whether a gate does not hold."""
        return not self.promoted and not all(result.passed for result in self.gates)


@dataclass(frozen=True)
class Hand:
    """A person's own decision to make a run current, and what it passes over; the promotion keeps it for good."""

    despite_gates: bool = False
    """Also where a gate does not hold."""
    older: bool = False
    """Also where the current run is the later one."""
    note: str | None = None
    """Why."""


def promote(
    engine: sa.Engine,
    run_id: str,
    pipeline: str,
    by: str,
    fence: Fence | None = None,
    policy: Policy | None = None,
    hand: Hand | None = None,
) -> Promotion:
    """Make the run's results the current ones of its pipeline, or say why they stay staged.

    Repeating it changes nothing. A run stays staged that failed, delivered nothing, lacks a table that the current run
    has, started before the current one, was current before, was rejected, misses an approval that its terms want, or
    does not pass a gate; so do generated data on PostgreSQL. With a fence, a run that was taken over is a
    `TakenOverError`. Only with a `hand` does a person bring back what was current before, or pass over more than that.
    """

    def work(connection: sa.Connection) -> Promotion:
        if fence is not None:
            fence.check(connection)
        take_turn(connection)
        if (found := _is_current(connection, run_id, pipeline)) is not None:
            return found
        judged = judge(connection, run_id, pipeline, policy or Policy(), hand)
        if judged.reasons:
            text = f"staged, not promoted: {'; '.join(judged.reasons)}"
            return Promotion(promoted=False, text=text, gates=judged.gates)
        return write(connection, "promoted", run_id, pipeline, by, judged.gates, _note(hand, judged.gates))

    return transact(engine, work)


@dataclass(frozen=True)
class Judgement:
    """Whether a run could become current now."""

    reasons: tuple[str, ...]
    """All that keeps it from that."""
    gates: tuple[Result, ...] = ()


def judge(connection: sa.Connection, run_id: str, pipeline: str, policy: Policy, hand: Hand | None = None) -> Judgement:
    """Whether the run could become current now, and what keeps it from that; nothing is changed."""
    hand, by_hand = hand or Hand(), hand is not None
    previous = current_run(connection, pipeline)
    run = connection.execute(sa.select(RUNS).where(RUNS.c.run_id == run_id)).one_or_none()
    if run is None or run.pipeline != pipeline:
        return Judgement((f"the database knows no run {run_id} of {pipeline}",))
    if reason := _unfit(connection, run, previous):
        return Judgement((reason,))
    results = gates.evaluate(connection, policy.gates, run_id, previous)
    earlier = None if by_hand else _was_current(connection, run_id, pipeline)
    later = None if previous is None or hand.older else _later(connection, run, previous)
    word = verdicts.reason_against(connection, run_id, run.digest, required=policy.approval == "required")
    failed = () if hand.despite_gates else (result.text for result in results if not result.passed)
    return Judgement(tuple(filter(None, (earlier, later, word, *failed))), results)


def take_turn(connection: sa.Connection) -> None:
    """Wait until no other promotion is under way, and keep others waiting until the transaction ends."""
    if connection.dialect.name == "postgresql":
        # Readers go on reading. SQLite's transaction is alone anyway.
        connection.execute(sa.text("SELECT promotion_turn()"))


def current_run(connection: sa.Connection, pipeline: str) -> str | None:
    """The id of the run whose results are current."""
    query = sa.select(PUBLISHED.c.run_id).where(PUBLISHED.c.pipeline == pipeline)
    return connection.execute(query).scalar_one_or_none()


def history(connection: sa.Connection, pipeline: str) -> Sequence[sa.Row[Any]]:
    """The promotions of a pipeline, in their order."""
    mine = sa.select(PROMOTIONS).where(PROMOTIONS.c.pipeline == pipeline)
    return connection.execute(mine.order_by(PROMOTIONS.c.number)).all()


def write(
    connection: sa.Connection,
    kind: Kind,
    run_id: str,
    pipeline: str,
    by: str,
    results: tuple[Result, ...] = (),
    note: str | None = None,
) -> Promotion:
    """Add the promotion, in the caller's turn; the pointer and the changes of membership follow in the database."""
    previous = current_run(connection, pipeline)
    newest = sa.select(sa.func.coalesce(sa.func.max(PROMOTIONS.c.number), 0))
    number = int(connection.execute(newest).scalar_one()) + 1
    values = {
        "number": number,
        "pipeline": pipeline,
        "run_id": run_id,
        "previous_run_id": previous,
        "kind": kind,
        "at": datetime.now(UTC).replace(tzinfo=None),
        "by_whom": by,
        "gates": [dataclasses.asdict(result) for result in results],
        "note": note,
    }
    connection.execute(sa.insert(PROMOTIONS).values(values))
    words = {"promoted": "promoted", "rolled_back": "rolled back"}[kind]
    if previous is None:
        text = f"{words}: {run_id} is the first current run of {pipeline}"
    else:
        entered, left = _changes(connection, run_id, previous)
        text = f"{words}: {run_id} is current for {pipeline}; {entered:,} entered, {left:,} left"
    return Promotion(promoted=True, text=text, number=number, gates=results)


def _is_current(connection: sa.Connection, run_id: str, pipeline: str) -> Promotion | None:
    query = sa.select(PUBLISHED).where(PUBLISHED.c.pipeline == pipeline, PUBLISHED.c.run_id == run_id)
    found = connection.execute(query).one_or_none()
    if found is None:
        return None
    return Promotion(promoted=True, text=f"{run_id} is current for {pipeline} already", number=found.promotion)


def _unfit(connection: sa.Connection, run: sa.Row[Any], previous: str | None) -> str | None:
    """What nobody can pass over."""
    if run.status != Status.SUCCEEDED:
        return f"the run's status is {run.status}"
    if run.synthetic and connection.dialect.name == "postgresql":
        return "generated data"
    tables = _delivered(connection, run.run_id)
    if not tables:
        return "the run published no table"
    if previous is not None and (lacking := _delivered(connection, previous) - tables):
        return f"the run published no {', '.join(sorted(lacking))}, which the current run {previous} has"
    return None


def _was_current(connection: sa.Connection, run_id: str, pipeline: str) -> str | None:
    """A run that another one has replaced comes back by a person's word only, not by a delivery that is repeated."""
    if any(row.run_id == run_id for row in history(connection, pipeline)):
        return f"it was current before; `runner promote {run_id}` makes it so again"
    return None


def _later(connection: sa.Connection, run: sa.Row[Any], previous: str) -> str | None:
    """Why the current run is the later one, if it is: by the dates that the two are for, else by when they started."""
    columns = sa.select(RUNS.c.logical_date, RUNS.c.started_at).where(RUNS.c.run_id == previous)
    current = connection.execute(columns).one()
    if run.logical_date and current.logical_date and run.logical_date != current.logical_date:
        is_later = current.logical_date > run.logical_date
        return f"the current run {previous} is for a later date, {current.logical_date}" if is_later else None
    return f"the current run {previous} started later" if current.started_at > run.started_at else None


def _delivered(connection: sa.Connection, run_id: str) -> set[str]:
    return set(connection.execute(sa.select(DELIVERIES.c.table_name).where(DELIVERIES.c.run_id == run_id)).scalars())


def _changes(connection: sa.Connection, run_id: str, previous: str) -> tuple[int, int]:
    """How many entered and left between the two runs."""
    counts = (
        sa.select(CHANGES.c.change, sa.func.count().label("customers"))
        .where(CHANGES.c.run_id == run_id, CHANGES.c.previous_run_id == previous)
        .group_by(CHANGES.c.change)
    )
    found = {row.change: row.customers for row in connection.execute(counts)}
    return found.get("entered", 0), found.get("left", 0)


def _note(hand: Hand | None, results: tuple[Result, ...]) -> str | None:
    """Why the person did it; and, where a gate was passed over, that it was."""
    if hand is None:
        return None
    passed_over = [result.gate for result in results if not result.passed]
    said = f"despite {', '.join(passed_over)}" if passed_over else None
    return ": ".join(filter(None, (said, hand.note))) or None
