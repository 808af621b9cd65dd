"""How a run stands: who said what of it, whether it is current, and what keeps it from that."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from runner.delivery.places import Places
from runner.errors import PlaceError
from runner.keeping import pins
from runner.ledger.line import Event, Line
from runner.outcomes import Status
from runner.promotion import promote, verdicts
from runner.promotion.gates import Result
from runner.promotion.policy import Policy
from runner.records import archive, digests
from runner.tables.database import transact

_WORDS = {"promoted": "promoted", "rolled_back": "back by a rollback"}


@dataclass(frozen=True)
class Standing:
    """What is known of a run beside its own record."""

    verdict: Line | None = None
    """The newest word of a reviewer."""
    void: bool = False
    """Whether the run has changed since that word."""
    pinned: Line | None = None
    promotions: tuple[Mapping[str, Any], ...] = ()
    """When it became current, by which number, from whom and why."""
    current: bool | None = None
    """Whether its results are the current ones; None where the database was not asked."""
    staged: tuple[str, ...] = ()
    """What keeps its results from becoming current now."""
    gates: tuple[Result, ...] = ()
    """What each gate said when it became current, or says now."""
    away: str | None = None
    """Why the database was not asked."""

    def told(self) -> dict[str, Any]:
        """The standing as JSON has it."""
        verdict = None if self.verdict is None else {**_line(self.verdict), "void": self.void}
        return {
            "verdict": verdict,
            "pinned": None if self.pinned is None else _line(self.pinned),
            "current": self.current,
            "promotions": [dict(one) for one in self.promotions],
            "staged": list(self.staged),
            "gates": [dataclasses.asdict(result) for result in self.gates],
            "away": self.away,
        }

    def lines(self) -> Iterator[tuple[str, str]]:
        """The standing in words, each line with what it is about."""
        if self.verdict is not None:
            why = self.verdict.facts.get("why")
            yield str(self.verdict.event), f"{_by(self.verdict)}{f': {why}' if why else ''}"
            if self.void:
                word = "approval" if self.verdict.event is Event.APPROVED else "rejection"
                yield f"{word} void", "the run has changed since"
        if self.pinned is not None:
            yield "pinned", _by(self.pinned)
        for one in self.promotions:
            note = f": {one['note']}" if one["note"] else ""
            yield _WORDS[one["kind"]], f"as number {one['number']} by {one['by']} on {one['at'][:10]}{note}"
        if self.current is not None:
            yield "results", self._results()
        for result in self.gates:
            yield "gate", f"{'holds' if result.passed else 'fails'}: {result.text}"
        if self.away is not None:
            yield "results", f"unknown: {self.away}"

    def _results(self) -> str:
        if self.current:
            return "current"
        if self.promotions:
            return "were current, another run's are now"
        return f"staged: {'; '.join(self.staged)}" if self.staged else "staged"


def of(places: Places, folder: Path, manifest: Mapping[str, Any]) -> Standing:
    """How the run stands, as far as the ledger and the database tell."""
    lines = places.book.of_run(folder.name)
    verdict, pinned = verdicts.of_lines(lines), pins.newest(places.book, folder.name)
    digest = digests.of_file(folder / archive.MANIFEST)
    standing = Standing(
        verdict=verdict,
        void=verdict is not None and verdict.digest != digest,
        pinned=pinned if pinned is not None and pinned.event is Event.PINNED else None,
    )
    try:
        if not _is_there(places):
            return standing
        return transact(places.database, lambda connection: _asked(connection, standing, manifest))
    except PlaceError as fault:
        return dataclasses.replace(standing, away=str(fault))


def _is_there(places: Places) -> bool:
    """Whether there is a database to ask: who only looks makes none."""
    url = sa.make_url(places.settings.database_url)
    return url.get_backend_name() != "sqlite" or bool(url.database and Path(url.database).exists())


def _asked(connection: sa.Connection, standing: Standing, manifest: Mapping[str, Any]) -> Standing:
    run_id, pipeline = manifest["run_id"], manifest["pipeline"]
    own = [row for row in promote.history(connection, pipeline) if row.run_id == run_id]
    standing = dataclasses.replace(
        standing,
        current=promote.current_run(connection, pipeline) == run_id,
        promotions=tuple(map(_promotion, own)),
        gates=_results(own),
    )
    if own or manifest["status"] != Status.SUCCEEDED:
        return standing
    judged = promote.judge(connection, run_id, pipeline, Policy.model_validate(manifest["policy"]))
    return dataclasses.replace(standing, staged=judged.reasons, gates=judged.gates)


def _promotion(row: sa.Row[Any]) -> dict[str, Any]:
    at: datetime = row.at
    facts = {"number": row.number, "kind": row.kind, "at": at.isoformat(timespec="seconds") + "Z", "by": row.by_whom}
    return {**facts, "previous_run_id": row.previous_run_id, "note": row.note}


def _results(rows: Sequence[sa.Row[Any]]) -> tuple[Result, ...]:
    """What the gates said at the newest promotion that asked them."""
    asked = [row.gates for row in rows if row.gates]
    return tuple(Result(**one) for one in asked[-1]) if asked else ()


def _line(line: Line) -> dict[str, Any]:
    facts = {"event": str(line.event), "by": line.who, "at": line.at.isoformat(timespec="seconds")}
    return {**facts, "why": line.facts.get("why"), "digest": line.digest, "line": line.number}


def _by(line: Line) -> str:
    return f"by {line.who} on {line.at:%Y-%m-%d}"
