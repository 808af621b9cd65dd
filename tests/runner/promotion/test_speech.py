"""A reviewer's word and what follows from it, without a command line around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.delivery.places import Places
from runner.errors import DamageError
from runner.ledger.line import Event
from runner.promotion import speech
from tests.runner.desk.archives import put, settings_in


def test_a_word_is_in_the_ledger_and_in_the_database(tmp_path: Path) -> None:
    """What was said is answered with its line; nothing waits and nothing goes live."""
    settings = settings_in(tmp_path)
    folder = put(settings)
    places = Places(settings)
    said = speech.speak(places, folder, Event.REJECTED, "Ada", "October is missing")
    places.close()
    assert (said.line.event, said.line.who, said.promotion, said.pending) == (Event.REJECTED, "Ada", None, None)


def test_an_altered_run_gets_no_word(tmp_path: Path) -> None:
    """Nobody can speak about what the ledger does not tell of."""
    settings = settings_in(tmp_path)
    folder = put(settings, files={"tables/a.bin": b"1"})
    (folder / "tables" / "a.bin").write_bytes(b"2")
    places = Places(settings)
    with pytest.raises(DamageError, match=r"tables/a\.bin"):
        speech.speak(places, folder, Event.APPROVED, "Ada", "fine")
    places.close()
