"""A reviewer's word on a run: a line of the ledger, bound to the digest of the run's manifest.

Promotion reads it from the copy of the ledger in the database; a run that was altered since has no valid word on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from runner.errors import UsageError
from runner.ledger.book import Book
from runner.ledger.line import Event, Line
from runner.outcomes import Status
from runner.promotion.seal import Sealed
from runner.tables.ledger_rows import LEDGER

VERDICTS = (Event.APPROVED, Event.REJECTED)


@dataclass(frozen=True)
class Verdict:
    """What a reviewer said of a run."""

    event: Event
    who: str
    at: datetime
    """In UTC, without zone."""
    digest: str | None
    """Of the run that the reviewer saw."""

    @property
    def approves(self) -> bool:
        """Whether the run may go live, as far as this reviewer is concerned."""
        return self.event is Event.APPROVED

    def void(self, digest: str | None) -> bool:
        """Whether the run is another now than the one that the reviewer saw."""
        return digest is None or self.digest != digest

    @property
    def text(self) -> str:
        """`approved by Ada on 2026-11-15`."""
        return f"{self.event} by {self.who} on {self.at:%Y-%m-%d}"


def say(book: Book, run: Sealed, event: Event, who: str, why: str) -> Line:
    """Write the word into the ledger; saying the same again adds nothing.

    A word without a reason is a `UsageError`, and so is the approval of a run that did not succeed.
    """
    if not why.strip():
        raise UsageError("say why: -m TEXT, which the ledger keeps")
    status = run.manifest["status"]
    if event is Event.APPROVED and status != Status.SUCCEEDED:
        raise UsageError(f"the run {run.folder.name} is {status}: only a run that succeeded can go live")
    before = of_lines(book.of_run(run.folder.name))
    if before is not None and (before.event, before.who, before.digest, before.facts) == (
        event,
        who,
        run.digest,
        {"why": why},
    ):
        return before
    pipeline, run_id = run.folder.parent.name, run.folder.name
    return book.append(event, pipeline=pipeline, run_id=run_id, digest=run.digest, who=who, facts={"why": why})


def of_lines(lines: Iterable[Line]) -> Line | None:
    """The newest word among the lines of a run; None where there is none."""
    words = [line for line in lines if line.event in VERDICTS]
    return words[-1] if words else None


def newest(connection: sa.Connection, run_id: str) -> Verdict | None:
    """The newest word on the run, of whichever ledger it stands in; None where nobody has said one."""
    query = (
        sa.select(LEDGER)
        .where(LEDGER.c.run_id == run_id, LEDGER.c.event.in_(VERDICTS))
        .order_by(LEDGER.c.at.desc(), LEDGER.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Verdict(Event(row.event), row.who, row.at, row.digest)


def reason_against(connection: sa.Connection, run_id: str, digest: str | None, *, required: bool) -> str | None:
    """Why the reviewers' words keep the run from going live; None where they do not.

    A rejection counts in any case, an approval only where the pipeline wants one.
    """
    verdict = newest(connection, run_id)
    if verdict is None:
        return f"it waits for approval; `runner approve {run_id}` gives it" if required else None
    if verdict.approves:
        void = f"the approval by {verdict.who} is void, for the run has changed since"
        return void if required and verdict.void(digest) else None
    return verdict.text
