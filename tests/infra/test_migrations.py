"""The migrations: what older databases become, what the tables refuse, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from insiders import handoff
from runner.errors import DeliveryError
from runner.promotion.promote import promote
from runner.promotion.rollback import rollback
from runner.settings import Settings
from runner.tables import database
from runner.tables.revisions import MIGRATIONS
from tests.runner import runs
from tests.runner.promotion.staged import finished, read, word

ADDED_TO = ("ledger", "promotions", "membership_changes", "deliveries", "metrics", *handoff.RESULTS)
RUN = "INSERT INTO runs (run_id, pipeline, status, started_at) VALUES "
OLD = (
    f"{RUN} ('a', 'monthly', 'succeeded', '2026-01-15 04:00:00')",
    f"{RUN} ('b', 'monthly', 'succeeded', '2026-02-15 04:00:00')",
    f"{RUN} ('w', 'weekly', 'succeeded', '2026-02-01 04:00:00')",
    "INSERT INTO membership_changes VALUES ('b', '17', 'entered', 'why', 'a')",
    "INSERT INTO published_runs VALUES ('monthly', 'b', '2026-02-15 05:00:00', 'cron')",
    "INSERT INTO published_runs VALUES ('weekly', 'w', '2026-02-01 05:00:00', 'cron')",
)
"""What a database at revision 0002 may hold."""


@pytest.fixture
def empty(database_url: str) -> Iterator[sa.Engine]:
    """An engine of a database without tables, once on SQLite and once on PostgreSQL."""
    made = database.engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def engine(empty: sa.Engine) -> sa.Engine:
    """The same with all tables."""
    database.migrate(empty)
    return empty


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """An installation with that database."""
    return runs.settings(tmp_path, database_url)


def migrate_to(engine: sa.Engine, revision: str) -> None:
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        go = command.downgrade if revision in ("base", "0002") and tables(connection, "ledger") else command.upgrade
        go(config, revision)


def tables(connection: sa.Connection, name: str) -> bool:
    return name in sa.inspect(connection).get_table_names()


def test_what_was_current_becomes_the_first_promotions(empty: sa.Engine, settings: Settings) -> None:
    """In the order of time, with the run that each one followed; pointer, changes and the next promotion go on."""
    migrate_to(empty, "0002")
    with empty.begin() as connection:
        for statement in OLD:
            connection.exec_driver_sql(statement)
    database.migrate(empty)
    columns = "number, pipeline, run_id, previous_run_id, kind, by_whom"
    assert read(empty, f"SELECT {columns} FROM promotions ORDER BY number") == [
        (1, "weekly", "w", None, "promoted", "cron"),
        (2, "monthly", "b", "a", "promoted", "cron"),
    ]
    assert read(empty, "SELECT pipeline, run_id, promotion FROM published_runs ORDER BY 1") == [
        ("monthly", "b", 2),
        ("weekly", "w", 1),
    ]
    assert read(empty, "SELECT customer_id, change, pipeline FROM current_membership_changes") == [
        ("17", "entered", "monthly")
    ]
    later = finished(empty, settings, hour=5, logical_date=None)
    assert "started later" in promote(empty, later, "monthly", "cron").text


def test_the_way_back_to_the_old_tables(empty: sa.Engine, settings: Settings) -> None:
    """The pointer and the changes that came with it stay; and the way forward is open again."""
    database.migrate(empty)
    old, new = finished(empty, settings, {"a": True}), finished(empty, settings, {"b": True}, hour=5)
    for run in (old, new):
        promote(empty, run, "monthly", "cron")
    migrate_to(empty, "0002")
    assert read(empty, "SELECT pipeline, run_id, published_by FROM published_runs") == [("monthly", new, "cron")]
    changes = "SELECT customer_id, change FROM current_membership_changes ORDER BY 1"
    assert read(empty, changes) == [("a", "left"), ("b", "entered")]
    with empty.begin() as connection:
        connection.exec_driver_sql("UPDATE customers SET why = 'because'")
    database.migrate(empty)
    assert read(empty, changes) == [("a", "left"), ("b", "entered")]
    migrate_to(empty, "base")
    with empty.connect() as connection:
        assert not tables(connection, "runs")


def test_a_current_forecast_has_a_unit(engine: sa.Engine, settings: Settings) -> None:
    """That of its level's totals; where a run has none, as before there were any, its forecasts stand without."""
    whole = finished(engine, settings, tables=("forecasts", "totals"))
    older = finished(engine, settings, tables=("forecasts",), pipeline="weekly")
    promote(engine, whole, "monthly", "cron")
    promote(engine, older, "weekly", "cron")
    found = read(engine, "SELECT pipeline, level, unit FROM current_forecasts ORDER BY pipeline, level")
    assert found[:3] == [("monthly", f"level {number}", f"unit {number}") for number in range(3)]
    assert found[3:] == [("weekly", f"level {number}", None) for number in range(3)]


def test_answers_from_before_keep_their_question_as_topic(empty: sa.Engine) -> None:
    """Rows of an older database stay whole, are shown by the views, and can neither be changed nor removed."""
    migrate_to(empty, "0005")
    with empty.begin() as connection:
        for statement in (
            f"{RUN} ('a', 'monthly', 'succeeded', '2026-01-15 04:00:00')",
            (
                "INSERT INTO promotions (number, pipeline, run_id, kind, at, by_whom, gates) "
                "VALUES (1, 'monthly', 'a', 'promoted', '2026-01-15 05:00:00', 'cron', '[]')"
            ),
            "INSERT INTO answers VALUES ('a', 'Who?', 1, 'They.', '{\"n\": 3}')",
        ):
            connection.exec_driver_sql(statement)
    database.migrate(empty)
    shown = "SELECT question, topic, language, figures ->> 'n', pipeline FROM current_answers"
    ((question, topic, language, number, pipeline),) = read(empty, shown)
    assert (question, topic, language, str(number), pipeline) == ("Who?", "Who?", "en", "3", "monthly")
    for act in ("UPDATE answers SET text = ''", "DELETE FROM answers"):
        with pytest.raises(DeliveryError, match=r"answers is only ever added to|is ever removed from answers"):
            does(empty, act)


def does(engine: sa.Engine, act: str) -> None:
    """Say something to the database, in a transaction of its own."""
    database.transact(engine, lambda connection: connection.exec_driver_sql(act))


def everything(engine: sa.Engine, settings: Settings) -> tuple[str, str]:
    """Rows in every table, and the two runs that they are of."""
    old, new = (
        finished(
            engine,
            settings,
            {"a": hour == 4, "b": hour == 5},
            hour=hour,
            tables=tuple(handoff.RESULTS),
            metrics={"eda.rows": 1},
            digest="d" * 64,
        )
        for hour in (4, 5)
    )
    for run in (old, new):
        promote(engine, run, "monthly", "cron")
    word(engine, new, "approved", digest="d" * 64, at=datetime(2026, 1, 15, tzinfo=UTC))
    return old, new


def test_facts_are_only_added_to(engine: sa.Engine, settings: Settings) -> None:
    """Whoever it is, the owner of the tables included: no row of a fact is changed or removed."""
    everything(engine, settings)
    for table in ADDED_TO:
        for act in (f"UPDATE {table} SET run_id = run_id", f"DELETE FROM {table}"):
            with pytest.raises(DeliveryError, match=f"{table} is only ever added to|is ever removed from {table}"):
                does(engine, act)
    for table in ("runs", "published_runs"):
        with pytest.raises(DeliveryError, match=f"nothing is ever removed from {table}"):
            does(engine, f"DELETE FROM {table}")


def test_the_pointer_is_not_moved_by_hand(engine: sa.Engine, settings: Settings) -> None:
    """Neither to another run, nor to a promotion of the past, nor for a pipeline that has none."""
    old, new = everything(engine, settings)
    rollback(engine, "monthly", "Ada")
    for act in (
        f"UPDATE published_runs SET run_id = '{new}'",
        f"UPDATE published_runs SET run_id = '{new}', promotion = 2",
        "UPDATE published_runs SET pipeline = 'weekly'",
        f"INSERT INTO published_runs VALUES ('weekly', '{old}', '2026-01-15 04:00:00', 'me', 1)",
    ):
        with pytest.raises(DeliveryError, match="the pointer follows promotions"):
            does(engine, act)
    assert read(engine, "SELECT run_id FROM published_runs") == [(old,)]
