"""The lock of a pipeline on one host and on two; what racers, deaths and stand-stills do to it is in tests/faults."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa

from runner.errors import LockedError, PlaceError
from runner.locking import lock as locks
from runner.locking.holder import Holder
from runner.locking.lock import hold
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from tests.runner.runs import settings
from tests.servers import Server

END_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@pytest.fixture
def shops(tmp_path: Path, postgres_url: str) -> list[Settings]:
    """Two hosts that share one database."""
    return [settings(tmp_path / name, postgres_url) for name in ("shop-1", "shop-2")]


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_a_pipeline_is_held_by_one_run(tmp_path: Path, database_url: str) -> None:
    """The second is refused in one line that says who, where and since when; other pipelines go their way."""
    place = settings(tmp_path, database_url)
    first = new_run_id()
    with hold(place, "monthly", first) as held, hold(place, "weekly", new_run_id()):
        assert (held.pipeline, held.run_id, held.fence, held.taken_over) == ("monthly", first, 1, None)
        with pytest.raises(LockedError) as refused, hold(place, "monthly", new_run_id()):
            pass
    said = str(refused.value)
    assert said.startswith(f"monthly is held by {Holder.here(first)}"[:-20])
    assert said.endswith("nothing was started; try again when it has ended")
    assert "\n" not in said
    assert refused.value.exit_status == 4


def test_each_run_gets_the_next_number(tmp_path: Path, database_url: str) -> None:
    """Fencing numbers count the runs of a pipeline; a refused run gets none."""
    place = settings(tmp_path, database_url)
    for number in (1, 2):
        with hold(place, "monthly", new_run_id()) as held:
            assert held.fence == number
            with pytest.raises(LockedError), hold(place, "monthly", new_run_id()):
                pass
    assert ask(database_url, "SELECT pipeline, fence FROM pipeline_locks ORDER BY fence") == [
        ("monthly", 1),
        ("monthly", 2),
    ]


def test_two_hosts_with_one_database_respect_each_other(shops: list[Settings]) -> None:
    """The holder on the other host is named from its row; when it has ended, the lock is free at once."""
    first = new_run_id()
    for _ in range(3):
        with (
            hold(shops[0], "monthly", first),
            pytest.raises(LockedError, match=f"monthly is held by run {first} on .* since .* UTC"),
            hold(shops[1], "monthly", new_run_id()),
        ):
            pass
        with hold(shops[1], "monthly", new_run_id()):
            first = new_run_id()


def test_somebody_without_a_row_is_named_as_far_as_known(shops: list[Settings]) -> None:
    """A session that took the lock by hand refuses runs too."""
    connection = psycopg2.connect(shops[0].database_url.replace("+psycopg2", ""))
    with hold(shops[0], "monthly", new_run_id()):
        taken = ask(shops[0].database_url, "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory'")
    key = (int(str(taken[0][0])) << 32) | int(str(taken[0][1]))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key - (1 << 64) if key >> 63 else key])
        with pytest.raises(LockedError, match="is held by somebody who uses"), hold(shops[1], "monthly", new_run_id()):
            pass
    connection.close()


def test_a_database_that_is_away_is_said_and_leaves_no_lock(shops: list[Settings], postgres_server: Server) -> None:
    """Taking the lock fails as preflight would, in seconds, and does not hold what it had."""
    with postgres_server.away():
        began = time.perf_counter()
        with pytest.raises(PlaceError, match="did not do its part"), hold(shops[0], "monthly", new_run_id()):
            pass
        assert time.perf_counter() - began < 25
    with hold(shops[0], "monthly", new_run_id()):
        pass


def test_a_run_learns_that_it_was_taken_over(shops: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    """A holder whose session was ended, and whose lock another run took, is told within a beat, and blocks nobody."""
    monkeypatch.setattr(locks, "BEAT_S", 0.2)
    taker = new_run_id()
    with ExitStack() as running:
        held = running.enter_context(hold(shops[0], "monthly", new_run_id()))
        with ExitStack() as other:
            while True:  # the holder takes it again where it is quicker
                ask(shops[0].database_url, END_SESSIONS)
                with suppress(LockedError):
                    other.enter_context(hold(shops[1], "monthly", taker))
                    break
            deadline = time.monotonic() + 20
            while held.taken_over is None and time.monotonic() < deadline:
                time.sleep(0.01)
        assert held.taken_over is not None
        assert held.taken_over.startswith(f"run {taker} took over monthly at ")
        with hold(shops[1], "monthly", new_run_id()):
            pass
