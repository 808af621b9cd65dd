"""Fencing numbers: who may still deliver."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
import sqlalchemy as sa

from runner.locking.holder import Holder
from runner.tables import fences
from runner.tables.database import transact
from runner.tables.fences import Fence, TakenOverError

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def take(engine: sa.Engine, run_id: str, pipeline: str = "monthly") -> Fence:
    """Take the lock's next number for a run."""
    holder = replace(Holder.here(run_id), host="shop-2")
    return transact(engine, lambda connection: fences.take(connection, pipeline, holder))


def test_numbers_rise_within_a_pipeline(engine: sa.Engine) -> None:
    """Each run has one more than the run before; each pipeline counts for itself."""
    assert [take(engine, run).number for run in ("a", "b", "c")] == [1, 2, 3]
    assert take(engine, "d", "weekly").number == 1


def test_taking_twice_gives_the_same_number(engine: sa.Engine) -> None:
    """A transaction whose answer was lost can be made again."""
    assert take(engine, "a") == take(engine, "a")


def test_the_holder_is_told_once_it_has_its_number(engine: sa.Engine) -> None:
    """The latest row tells who has the lock, if that is the run that is asked for."""
    take(engine, "a")
    take(engine, "b")
    with engine.connect() as connection:
        found = fences.holder_of(connection, "monthly", "b")
        assert found is not None
        assert (found.run_id, found.host) == ("b", "shop-2")
        assert abs(found.since - NOW) < HOUR
        assert fences.holder_of(connection, "monthly", "a") is None
        assert fences.holder_of(connection, "weekly", "b") is None


def test_a_run_under_way_is_shut_out_by_the_next(engine: sa.Engine) -> None:
    """One line says who took over, when and from where, and that nothing is published; ending is refused as well."""
    first = take(engine, "a")
    transact(engine, first.check)
    second = take(engine, "b")
    for refused in (first.check, first.end):
        with pytest.raises(TakenOverError) as told:
            transact(engine, refused)
        at = f"{datetime.now(UTC):%Y-%m-%d}"
        assert str(told.value).startswith(f"run b took over monthly at {at}")
        assert str(told.value).endswith(" UTC from shop-2: nothing of this run is published")
    transact(engine, second.check)


def test_a_run_that_ended_with_its_lock_is_followed_by_what_is_left_of_it(engine: sa.Engine) -> None:
    """However many runs there were since, its rows may be delivered by another process, and not by its own."""
    first = take(engine, "a")
    transact(engine, first.end)
    take(engine, "b")
    take(engine, "c")
    # The clock of the host may say whatever it wants.
    transact(engine, replace(first, ended=NOW + HOUR).check)
    transact(engine, replace(first, ended=NOW + HOUR).end)
    with pytest.raises(TakenOverError, match="run b took over"):
        transact(engine, first.check)


@pytest.mark.parametrize(("ended", "delivered"), [(NOW - HOUR, True), (NOW + HOUR, False)])
def test_a_run_that_could_not_say_that_it_ended(engine: sa.Engine, ended: datetime, delivered: bool) -> None:
    """With the database away at its end, the clocks decide: it had ended when the next began, or it had not."""
    first = replace(take(engine, "a"), ended=ended)
    transact(engine, first.check)
    take(engine, "b")
    take(engine, "c")
    if delivered:
        transact(engine, first.check)
    else:
        with pytest.raises(TakenOverError, match="run b took over"):
            transact(engine, first.check)


def test_a_database_put_back_shuts_out_the_run_whose_number_is_given_again(engine: sa.Engine) -> None:
    """Rows that were lost with a restored copy let nobody in, and keep out nobody else."""
    first = take(engine, "a")
    transact(engine, lambda connection: connection.execute(sa.text("DELETE FROM pipeline_locks")))
    transact(engine, first.check)
    assert take(engine, "b").number == first.number
    with pytest.raises(TakenOverError, match="run b took over"):
        transact(engine, first.check)


@pytest.mark.parametrize("look", [Fence.check, Fence.end])
def test_nobody_takes_over_between_the_look_and_the_commit(
    engine: sa.Engine, look: Callable[[Fence, sa.Connection], None]
) -> None:
    """A transaction that has looked is waited for: what it wrote is there before the next run has its number."""
    first, looked, order = take(engine, "a"), Event(), []

    def deliver(connection: sa.Connection) -> None:
        look(first, connection)
        looked.set()
        assert not done.wait(0.5)
        order.append("delivered")

    def take_over() -> None:
        looked.wait(5)
        take(engine, "b")
        order.append("taken")
        done.set()

    done = Event()
    with ThreadPoolExecutor(2) as pool:
        for one in (pool.submit(transact, engine, deliver), pool.submit(take_over)):
            one.result()
    assert order == ["delivered", "taken"]
