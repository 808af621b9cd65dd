"""Which run was current after which: the promotions of all pipelines, in the one order that they have.

They are told by the ledgers' lines and, for the newest of each pipeline, by `current.json`. One whose line never came
to the archive is concluded from the next line, which names its predecessor; where that does not do, nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from runner.errors import RecordError
from runner.ledger.line import Event, Line
from runner.restoring.source import Top

_KINDS = {Event.PROMOTED: "promoted", Event.ROLLED_BACK: "rolled_back"}
CONCLUDED = "concluded from the promotion after it, since no line of the archive tells of it"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Succession:
    """One promotion."""

    number: int
    pipeline: str
    run_id: str
    kind: str
    at: datetime
    by: str
    previous: str | None = None
    """The run that it replaced; None for the first of a pipeline, and where nobody tells."""
    told: bool = True
    """Whether `previous` was told, and not only assumed."""
    note: str | None = None


def of(lines: Iterable[Line], tops: Iterable[Top]) -> list[Succession]:
    """All promotions from the first to the newest, each with the run that it replaced; else a `RecordError`."""
    known = {one.number: one for top in tops for one in [_of_top(top)]}
    known |= {one.number: one for line in lines if (one := _of_line(line)) is not None}
    current: dict[str, str] = {}
    whole: list[Succession] = []
    for number in range(1, max(known, default=0) + 1):
        one = known.get(number) or _concluded(number, known, current, whole)
        if one is None:
            raise RecordError(_gap(number, known))
        previous = current.get(one.pipeline)
        if one.told and one.previous != previous:
            raise RecordError(
                f"promotion {number} replaced {one.previous} of {one.pipeline}, and the promotions before it leave "
                f"{previous} current: the archive does not tell the whole history; runner verify looks closer"
            )
        whole.append(_following(one, previous))
        current[one.pipeline] = one.run_id
    return whole


def _of_line(line: Line) -> Succession | None:
    number = line.facts.get("promotion")
    if line.event not in _KINDS or type(number) is not int or line.run_id is None or line.pipeline is None:
        return None
    note, previous = line.facts.get("note"), line.facts.get("previous")
    kind = _KINDS[line.event]
    return Succession(number, line.pipeline, line.run_id, kind, line.at, line.who, previous, note=note)


def _of_top(top: Top) -> Succession:
    return Succession(top.number, top.pipeline, top.run_id, top.kind, top.at, top.by, told=False)


def _concluded(
    number: int, known: dict[int, Succession], current: dict[str, str], before: Sequence[Succession]
) -> Succession | None:
    """The promotion that must have been there for the next one of its pipeline to be what it is; None if unclear."""
    following: dict[str, Succession] = {}
    for later in sorted(one for one in known if one > number):
        following.setdefault(known[later].pipeline, known[later])
    broken = [
        one for one in following.values() if one.told and one.previous and one.previous != current.get(one.pipeline)
    ]
    if len(broken) != 1:
        return None
    [after] = broken
    was = any((one.pipeline, one.run_id) == (after.pipeline, after.previous) for one in before)
    kind, run_id = "rolled_back" if was else "promoted", str(after.previous)
    return Succession(number, after.pipeline, run_id, kind, after.at, UNKNOWN, told=False, note=CONCLUDED)


def _following(one: Succession, previous: str | None) -> Succession:
    facts = (one.number, one.pipeline, one.run_id, one.kind, one.at, one.by)
    return Succession(*facts, previous=previous, note=one.note)


def _gap(number: int, known: dict[int, Succession]) -> str:
    missing = [str(one) for one in range(number, max(known)) if one not in known]
    said = f"no line of the archive tells of promotion {', '.join(missing)}, and what follows does not tell either"
    return f"{said}: copy the output folder's ledger.jsonl to this host, and restore again"
