"""The words of an event."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from runner.notices import event
from tests.runner.runs import settings

AT = datetime(2026, 11, 15, 4, 31, tzinfo=UTC)


def test_an_event_is_one_line_and_a_link() -> None:
    """A long reason is cut, a key is a name of a file, a subject is ASCII that SNS takes."""
    known = settings(Path("/nowhere"), "sqlite:///x.db", history_url="https://h.example.com")
    one = event.made(known, "../a b", "missed", "größe\nx", "long " * 500, AT)
    assert "/" not in one.key
    assert len(one.line) == event.LONGEST_LINE
    assert one.line.endswith("…")
    assert one.subject.startswith("Insiders: gr??e?x did not run on")
    assert len(one.subject) < 100
    assert one.link == "https://h.example.com/"
    assert "run:" not in one.text


def test_without_a_history_there_is_no_link() -> None:
    """The run is named all the same."""
    one = event.made(settings(Path("/nowhere"), "sqlite:///x.db"), "k", "lost", "monthly", "gone", AT, "019a")
    assert one.link is None
    assert "run: 019a (runner show 019a)" in one.text
    assert "record:" not in one.text
