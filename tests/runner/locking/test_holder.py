"""Who holds a lock, as text and back."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from runner.locking.holder import Holder, moment

HOLDER = Holder("01a1fe08", "shop-1", 4711, "cron", datetime(2026, 1, 15, 4, 10, tzinfo=UTC))


def test_a_holder_is_read_back_from_its_text() -> None:
    """One line of JSON holds all of it."""
    assert Holder.read(HOLDER.text()) == HOLDER
    assert HOLDER.text().count(b"\n") == 1


def test_a_holder_tells_a_person_where_to_look() -> None:
    """Run, host, process, user and time stand in its words."""
    assert str(HOLDER) == "run 01a1fe08 on shop-1 (process 4711 of cron), since 2026-01-15 04:10 UTC"
    assert moment(HOLDER.since) == "2026-01-15 04:10 UTC"


def test_the_process_that_asks_is_this_one() -> None:
    """Host, process, user and time are those of now and here."""
    here = Holder.here("01a1fe08")
    assert here.pid == os.getpid()
    assert abs(datetime.now(UTC) - here.since).total_seconds() < 5


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"7", b"\xff\xfe", b"{}", b"[" * 100_000, HOLDER.text().replace(b"4711", b'"x"')],
    ids=["empty", "torn", "list", "number", "no-text", "no-facts", "deep", "no-number"],
)
def test_rubbish_tells_of_nobody(text: bytes) -> None:
    """What is no holder's text is read as none, without an error."""
    assert Holder.read(text) is None
