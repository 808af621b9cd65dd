"""The way back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.errors import UsageError
from runner.promotion.promote import Hand, promote
from runner.promotion.rollback import pipelines, rollback
from runner.settings import Settings
from runner.tables import database
from tests.relay import Relay
from tests.runner import runs
from tests.runner.promotion.staged import finished, read
from tests.servers import Server

CHANGES = "SELECT run_id, previous_run_id, customer_id, change FROM current_membership_changes ORDER BY customer_id"


def test_the_run_before_is_current_again(engine: sa.Engine, settings: Settings) -> None:
    """It is a promotion of its own; what readers are told of changes is against the run that was taken back."""
    old = finished(engine, settings, {"a": True, "b": False})
    new = finished(engine, settings, {"a": False, "b": True}, hour=5)
    for run in (old, new):
        promote(engine, run, "monthly", "cron")
    assert read(engine, CHANGES) == [(new, old, "a", "left"), (new, old, "b", "entered")]
    outcome = rollback(engine, "monthly", "Ada", "the November file is wrong")
    assert (outcome.promoted, outcome.number) == (True, 3)
    assert outcome.text == f"rolled back: {old} is current for monthly; 1 entered, 1 left"
    assert read(engine, "SELECT DISTINCT run_id FROM current_customers") == [(old,)]
    assert read(engine, CHANGES) == [(old, new, "a", "entered"), (old, new, "b", "left")]
    rows = read(engine, "SELECT number, kind, run_id, previous_run_id, by_whom, note FROM promotions ORDER BY 1 DESC")
    assert rows[0] == (3, "rolled_back", old, new, "Ada", "the November file is wrong")


def test_going_back_again_goes_further_back(engine: sa.Engine, settings: Settings) -> None:
    """Run by run to the first one, and no further; what was taken back is not gone back to."""
    one, two, three = (finished(engine, settings, hour=hour) for hour in (4, 5, 6))
    for run in (one, two, three):
        promote(engine, run, "monthly", "cron")
    for expected in (two, one):
        assert rollback(engine, "monthly", "Ada").promoted
        assert read(engine, "SELECT run_id FROM published_runs") == [(expected,)]
    with pytest.raises(UsageError, match=f"no run to go back to: {one} is the first current run of monthly"):
        rollback(engine, "monthly", "Ada")
    promote(engine, three, "monthly", "Ada", hand=Hand())
    rollback(engine, "monthly", "Ada")
    assert read(engine, "SELECT run_id FROM published_runs") == [(one,)]


def test_changes_between_two_runs_are_written_once(engine: sa.Engine, settings: Settings) -> None:
    """However often the pointer moves to and fro between two runs, their differences are the same rows."""
    old, new = finished(engine, settings, {"a": True}), finished(engine, settings, {"b": True}, hour=5)
    promote(engine, old, "monthly", "cron")
    for _ in range(3):
        promote(engine, new, "monthly", "Ada", hand=Hand())
        rollback(engine, "monthly", "Ada")
    assert read(engine, "SELECT count(*) FROM membership_changes") == [(4,)]
    assert len(read(engine, "SELECT * FROM current_membership_changes")) == 2


def test_a_pipeline_without_current_run_has_no_way_back(engine: sa.Engine, settings: Settings) -> None:
    """Neither has one of another name; pipelines with a current run are named."""
    promote(engine, finished(engine, settings), "monthly", "cron")
    with pytest.raises(UsageError, match="no run of weekly is current"):
        rollback(engine, "weekly", "Ada")
    assert database.transact(engine, pipelines) == ["monthly"]


@pytest.mark.parametrize("heard", [False, True])
def test_going_back_with_a_broken_wire_goes_back_once(
    tmp_path: Path, postgres_url: str, postgres_server: Server, heard: bool
) -> None:
    """A commit whose answer is lost is looked for before it is repeated: nobody goes two runs back by accident."""
    engine = database.engine(postgres_url)
    database.migrate(engine)
    settings = runs.settings(tmp_path, postgres_url)
    one, two, three = (finished(engine, settings, hour=hour) for hour in (4, 5, 6))
    for run in (one, two, three):
        promote(engine, run, "monthly", "cron")
    # The first of the two commits ends the look at what is current.
    with Relay(postgres_server.port, b"COMMIT", heard, left=2).running() as relay:
        url = sa.make_url(postgres_url).set(port=relay.port).render_as_string(hide_password=False)
        assert rollback(database.engine(url), "monthly", "Ada").promoted
        assert relay.cut == 2
    assert read(engine, "SELECT run_id FROM published_runs") == [(two,)]
    assert len(read(engine, "SELECT * FROM promotions")) == 4


def test_another_promotion_in_between_is_not_undone(tmp_path: Path, postgres_url: str) -> None:
    """Who goes back has seen what was current; where it is another run meanwhile, the person is asked to look again."""
    engine = database.engine(postgres_url)
    database.migrate(engine)
    settings = runs.settings(tmp_path, postgres_url)
    one, two, three = (finished(engine, settings, hour=hour) for hour in (4, 5, 6))
    for run in (one, two):
        promote(engine, run, "monthly", "cron")
    begun: list[str] = []

    def begin(_connection: sa.Connection) -> None:
        begun.append("transaction")
        if len(begun) == 2:
            promote(database.engine(settings.database_url), three, "monthly", "cron")

    sa.event.listen(engine, "begin", begin)
    with pytest.raises(UsageError, match=f"{three} became current for monthly meanwhile"):
        rollback(engine, "monthly", "Ada")
