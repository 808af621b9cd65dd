"""The order in which runs were current, from lines, pointers, and what follows of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runner.errors import RecordError
from runner.ledger.line import NOTHING, Event, Line
from runner.restoring import succession
from runner.restoring.source import Top

AT = datetime(2026, 1, 15, 4, tzinfo=UTC)


def line(
    number: int, run_id: str, previous: str | None = None, *, pipeline: str = "monthly", back: bool = False
) -> Line:
    """The ledger's line of a promotion."""
    event = Event.ROLLED_BACK if back else Event.PROMOTED
    facts = {"promotion": number} | ({"previous": previous} if previous else {})
    return Line(number, AT, event, "ledger", pipeline, run_id, None, "cron", facts, NOTHING)


def told(*lines: Line, tops: tuple[Top, ...] = ()) -> list[tuple[int, str, str, str | None]]:
    """Number, run, kind and predecessor of each promotion."""
    return [(one.number, one.run_id, one.kind, one.previous) for one in succession.of(lines, tops)]


def test_lines_tell_the_order() -> None:
    """Whatever order the lines come in, and whatever else the ledger tells."""
    other = Line(9, AT, Event.PINNED, "ledger", "monthly", "a", None, "cron", {"promotion": 7}, NOTHING)
    found = told(line(2, "b", "a"), other, line(1, "a"), line(3, "a", "b", back=True))
    assert found == [(1, "a", "promoted", None), (2, "b", "promoted", "a"), (3, "a", "rolled_back", "b")]
    assert told() == []


def test_a_line_may_say_why() -> None:
    """A note of the person who promoted is kept where the line has it."""
    noted = Line(1, AT, Event.PROMOTED, "ledger", "monthly", "a", None, "Ada", {"promotion": 1, "note": "go"}, NOTHING)
    assert [one.note for one in succession.of([noted, line(2, "b", "a")], [])] == ["go", None]


def test_the_pointer_tells_what_no_line_does() -> None:
    """The newest promotion of a pipeline is in its `current.json`, also where its line was lost with the host."""
    top = Top(2, "monthly", "b", "promoted", AT, "Ada")
    assert told(line(1, "a"), tops=(top,)) == [(1, "a", "promoted", None), (2, "b", "promoted", "a")]
    assert succession.of([line(1, "a"), line(2, "b", "a")], [top])[1].by == "cron"


def test_a_gap_is_concluded_from_what_follows() -> None:
    """The next line names its predecessor; whoever was current before must have come back."""
    found = succession.of([line(1, "a"), line(3, "c", "b")], [])
    assert [(one.run_id, one.previous, one.by, one.note) for one in found][1] == (
        "b",
        "a",
        succession.UNKNOWN,
        succession.CONCLUDED,
    )
    found = succession.of([line(1, "a"), line(2, "b", "a"), line(4, "c", "a")], [])
    assert [one.kind for one in found] == ["promoted", "promoted", "rolled_back", "promoted"]


def test_two_pipelines_have_one_order() -> None:
    """A gap belongs to the pipeline whose next line it explains."""
    lines = [line(1, "a"), line(2, "s", pipeline="stores"), line(4, "c", "b"), line(5, "t", "s", pipeline="stores")]
    assert [(one.number, one.pipeline, one.run_id) for one in succession.of(lines, [])][2] == (3, "monthly", "b")


def test_nothing_is_made_up() -> None:
    """Where what follows does not tell, the numbers are named; so is a history that contradicts itself."""
    with pytest.raises(RecordError, match=r"promotion 2, 3, and what follows does not tell either.*ledger\.jsonl"):
        told(line(1, "a"), line(4, "d", "c"), line(5, "u", "t", pipeline="stores"))
    with pytest.raises(RecordError, match="promotion 2 replaced x of monthly"):
        told(line(1, "a"), line(2, "b", "x"))
