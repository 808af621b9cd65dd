"""Revisions of the tables."""

from __future__ import annotations

from runner.tables import database, revisions


def test_a_database_is_at_none_and_then_at_the_newest(database_url: str) -> None:
    """Before the first migration there are no tables; after it the newest are there."""
    engine = database.engine(database_url)
    with engine.connect() as connection:
        assert revisions.current(connection) is None
    database.migrate(engine)
    with engine.connect() as connection:
        assert revisions.current(connection) == revisions.known()[0]
    engine.dispose()


def test_the_newest_comes_first() -> None:
    """They are numbered in their order."""
    assert revisions.known() == sorted(revisions.known(), reverse=True)
    assert revisions.known()[-1] == "0001"
