"""What was told is remembered in files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from runner.notices import event, memory
from runner.notices.memory import Memory
from tests.runner.runs import settings

NOW = datetime(2026, 11, 15, 4, 31, tzinfo=UTC)


def test_the_beginning_is_remembered(tmp_path: Path) -> None:
    """What ended a day before the first use is still told; after a long time the look back has a limit."""
    book = Memory.of(settings(tmp_path, "sqlite:///x.db"))
    assert book.begin(NOW) == NOW - memory.LOOK_BACK
    assert book.begin(NOW + timedelta(days=9)) == NOW - memory.LOOK_BACK
    assert book.begin(NOW + timedelta(days=400)) == NOW + timedelta(days=400) - memory.LONGEST_MEMORY


def test_a_note_is_crossed_off_channel_by_channel(tmp_path: Path) -> None:
    """An event is noted once, waits until every channel has it, and is known ever after."""
    places = settings(tmp_path, "sqlite:///x.db")
    book = Memory.of(places)
    one = event.made(places, "monthly-missed", "missed", "monthly", "was missed", NOW)
    assert not book.knows(one.key)
    book.note(one, ("sns", "email"))
    book.note(one, ("webhook",))
    [note] = book.waiting()
    assert note.left == ("sns", "email")
    note = book.cross_off(note, "sns")
    assert book.waiting()[0].left == ("email",)
    book.cross_off(note, "email")
    assert book.waiting() == []
    assert book.knows(one.key)
