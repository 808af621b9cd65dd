"""PostgreSQL's advisory lock as one session holds it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from runner.tables import advisory, database
from runner.tables.advisory import Session, key
from tests.runner.tables.stillness import standing_still
from tests.servers import Server


@pytest.fixture
def engine(postgres_url: str) -> Iterator[sa.Engine]:
    """An engine of a PostgreSQL database."""
    made = database.engine(postgres_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session with the lock of the pipeline `monthly`."""
    made = Session(engine, "monthly", "first")
    assert made.take() is None
    yield made
    made.close()


def test_each_pipeline_has_a_number_of_its_own() -> None:
    """64 bits with a sign, the same on every host and for ever, and different for every name."""
    assert key("monthly") == 7479311678265715742
    numbers = {key(f"pipeline-{one}") for one in range(10_000)}
    assert len(numbers) == 10_000
    assert all(-(1 << 63) <= number < 1 << 63 for number in numbers)
    assert {number < 0 for number in numbers} == {True, False}


@pytest.mark.parametrize("pipeline", ["monthly", "weekly", "pipeline-1", "pipeline-2"])
def test_the_second_is_told_who_is_the_first(engine: sa.Engine, pipeline: str) -> None:
    """Whatever the sign of the number; and when the first is closed, the second gets the lock."""
    first, second = Session(engine, pipeline, "first"), Session(engine, pipeline, "second")
    assert first.take() is None
    assert second.take() == "first"
    first.close()
    assert second.take() is None
    assert first.take() == "second"
    second.close()


def test_a_session_tells_the_server_how_to_find_out_that_it_is_gone(engine: sa.Engine, session: Session) -> None:
    """Keepalives for its host, a limit to its silence for its process, and a name for the administrator."""
    wanted = {
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "25000",
        "application_name": "insiders-lock first",
    }
    version = session._connection.server_version
    if version >= advisory.KNOWS_IDLE_SESSIONS:
        wanted["idle_session_timeout"] = "60000"
    settings = {name: session._ask(f"SELECT setting FROM pg_settings WHERE name = '{name}'") for name in wanted}
    assert settings == wanted


def test_a_session_that_was_ended_is_not_alive(engine: sa.Engine, session: Session) -> None:
    """It can take the lock again, in a session of its own."""
    assert session.alive()
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
    assert not session.alive()
    assert session.take() is None
    assert session.alive()


def test_a_server_that_stands_still_does_not_hold_the_session_up(
    postgres_server: Server, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking and closing end in time, without an answer."""
    monkeypatch.setattr(advisory, "ANSWER_S", 0.3)
    began = time.perf_counter()
    with standing_still(postgres_server):
        assert not session.alive()
        session.close()
    assert time.perf_counter() - began < 5
