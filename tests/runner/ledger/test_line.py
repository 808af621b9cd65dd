"""Lines of the ledger."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.ledger.line import NOTHING, Event, Line, whoami

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def a_line(**facts: Any) -> Line:
    """A line with the facts given."""
    known: dict[str, Any] = {
        "number": 2,
        "at": datetime(2026, 1, 15, 4, tzinfo=UTC),
        "event": Event.FINISHED,
        "ledger": "a-ledger",
        "pipeline": "monthly",
        "run_id": "019a0000-0000-7000-8000-000000000000",
        "digest": "a" * 64,
        "who": "cron@shop-1",
        "facts": {"status": "succeeded"},
        "previous": NOTHING,
    }
    return Line(**{**known, **facts})


def changed(**facts: Any) -> bytes:
    """The text of a line with other values, spelt as lines are."""
    told = {**json.loads(a_line().text), **facts}
    told = {name: value for name, value in told.items() if value is not ...}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_the_text_of_a_line_is_for_good() -> None:
    """The spelling of a line never changes: digests of other years hang on it."""
    assert a_line(who="Zoë@shop", signature="b" * 128).text.decode() == (
        '{"at":"2026-01-15T04:00:00.000+00:00","digest":"' + "a" * 64 + '","event":"finished",'
        '"facts":{"status":"succeeded"},"ledger":"a-ledger","number":2,"pipeline":"monthly","previous":"'
        + "0"
        * 64
        + '",'
        '"run_id":"019a0000-0000-7000-8000-000000000000","signature":"' + "b" * 128 + '","who":"Zoë@shop"}'
    )


@given(st.dictionaries(st.text(), VALUES, max_size=4), st.text())
def test_a_line_is_read_as_it_was_written(facts: dict[str, Any], who: str) -> None:
    """Whatever the facts are, a line that is read again is the same, and has the same text."""
    line = a_line(facts=facts, who=who)
    assert Line.read(line.text) == line
    assert Line.read(line.text).sha256 == line.sha256
    assert b"\n" not in line.text


def test_half_a_character_is_kept() -> None:
    """A text that UTF-8 cannot hold, as a file name may be, is kept by its escape."""
    line = a_line(facts={"file": "tab\udce9.csv"})
    assert Line.read(line.text) == line


@given(st.data())
def test_no_byte_can_change_unseen(data: st.DataObject) -> None:
    """A line with one byte changed is no line, or another one."""
    text = a_line(signature="b" * 128).text
    at = data.draw(st.integers(0, len(text) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != text[at]))
    other = text[:at] + bytes([byte]) + text[at + 1 :]
    try:
        read = Line.read(other)
    except ValueError:
        return
    assert read.text == other
    assert read.sha256 != a_line(signature="b" * 128).sha256


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[1]",
        b"{}",
        b"\xff",
        b'{"a":' * 100_000,
        changed().replace(b":2,", b": 2,"),
        changed().replace(b'"number":2', b'"number":2,"number":2'),
        changed(number=0),
        changed(number="2"),
        changed(number=True),
        changed(number=2.5),
        changed(at="yesterday"),
        changed(at="2026-01-15T04:00:00.000"),
        changed(at="2026-01-15T05:00:00.000+01:00"),
        changed(at=4),
        changed(event="painted"),
        changed(event=["finished"]),
        changed(ledger=None),
        changed(pipeline=1),
        changed(run_id=1),
        changed(digest="A" * 64),
        changed(digest="a" * 63),
        changed(who=None),
        changed(facts=[]),
        changed(facts={"x": float("nan")}),
        changed(previous=None),
        changed(signature="b"),
        changed(signature=None),
        changed(more=1),
        changed(who=...),
    ],
)
def test_what_is_no_line_is_refused(text: bytes) -> None:
    """Another form, another type, a field too many or too few, or another spelling of the same: none is a line."""
    with pytest.raises(ValueError, match=r"^(?!.*Exceeds).+$"):
        Line.read(text)


def test_a_signature_is_over_the_rest_of_the_line() -> None:
    """What is signed is the same before and after the signature stands in the line, and changes with the line."""
    line = a_line()
    assert a_line(signature="b" * 128).signed == line.signed
    assert a_line(who="another").signed != line.signed
    assert a_line(signature="b" * 128).sha256 != line.sha256


def test_times_are_in_utc() -> None:
    """A time in another zone does not pass for one in UTC, even if it is the same moment."""
    at = datetime(2026, 1, 15, 5, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValueError, match="no such at"):
        Line.read(a_line(at=at).text)


def test_who_acts_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process says its user and host, and its number where the user has no name."""
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    monkeypatch.setattr("socket.gethostname", lambda: "shop-1")
    assert whoami() == "ann@shop-1"

    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", unknown)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert whoami() == "4711@shop-1"
