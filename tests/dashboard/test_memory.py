"""The last good answers: asked once, kept while they are fresh, given again while the database is away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from dashboard import database, memory
from dashboard.database import Away
from dashboard.memory import Memory

NUMBER = sa.select(sa.literal(7).label("n"))
NOTHING = NUMBER.where(sa.false())


class Database:
    """Counts the questions; it can be away."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False

    def rows(self, source: sa.Engine, query: sa.Select[Any]) -> pd.DataFrame:
        """The answer, or the word that it is away."""
        self.asked += 1
        if self.away:
            raise Away("gone")
        with source.connect() as connection:
            return pd.DataFrame(connection.execute(query).mappings().all())


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that the test can take away."""
    made = Database()
    monkeypatch.setattr(database, "rows", made.rows)
    return made


@pytest.fixture
def kept(there: Database) -> Iterator[Memory]:
    """A memory of it."""
    engine = sa.create_engine("sqlite://")
    yield Memory(engine)
    engine.dispose()


def test_a_fresh_answer_is_not_asked_for_again(there: Database, kept: Memory) -> None:
    """The same question with the same values; another value is another question."""
    assert kept.rows(NUMBER)["n"].tolist() == kept.rows(NUMBER)["n"].tolist() == [7]
    assert there.asked == 1
    assert kept.rows(sa.select(sa.literal(8).label("n")))["n"].tolist() == [8]
    assert there.asked == 2


def test_an_old_answer_is_asked_for_again(there: Database, kept: Memory) -> None:
    """Nothing is fresh for ever."""
    kept.rows(NUMBER, fresh_s=0)
    kept.rows(NUMBER, fresh_s=0)
    assert there.asked == 2


def test_nothing_found_is_soon_asked_for_again(there: Database, kept: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is taken live while a page is drawn shows on the next one."""
    monkeypatch.setattr(memory, "MOMENT_S", 0)
    kept.rows(NOTHING)
    kept.rows(NOTHING)
    assert there.asked == 2


def test_the_last_answer_stands_in_while_the_database_is_away(
    there: Database, kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not asked again at once; what was never asked is an error; and afterwards the silence is over."""
    kept.rows(NUMBER, fresh_s=0)
    there.away = True
    assert kept.rows(NUMBER, fresh_s=0)["n"].tolist() == [7]
    assert kept.silence is not None
    assert (kept.silence.why, kept.silence.last_good is None) == ("gone", False)
    asked = there.asked
    with pytest.raises(Away, match="gone"):
        kept.rows(NOTHING)
    assert there.asked == asked
    there.away = False
    monkeypatch.setattr(kept, "_quiet_until", 0)
    kept.rows(NUMBER, fresh_s=0)
    assert kept.silence is None


def test_it_never_keeps_more_than_it_may(kept: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest answers go first."""
    monkeypatch.setattr(memory, "MOST", 3)
    for number in range(9):
        kept.rows(sa.select(sa.literal(number).label("n")))
    assert len(kept._kept) == 3
