"""The database: migrations, and their agreement with what notebooks hand over."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import StringIO

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from insiders.handoff import RESULTS
from runner.delivery.staging import PUBLISHED
from runner.errors import DeliveryError, PlaceError
from runner.tables import database
from runner.tables.revisions import MIGRATIONS
from tests.runner.tables.stillness import standing_still
from tests.servers import Server

SQL_TYPES = {"int64": sa.Integer, "float64": sa.Float, "bool": sa.Boolean, "datetime64[ns]": sa.DateTime}
DESIGN = {
    "runs": ["run_id"],
    "customers": ["run_id", "customer_id"],
    "segments": ["run_id", "segment"],
    "membership_changes": ["run_id", "previous_run_id", "customer_id"],
    "forecasts": ["run_id", "level", "series", "date", "model"],
    "sales": ["run_id", "level", "series", "date"],
    "totals": ["run_id", "level", "model"],
    "series_totals": ["run_id", "level", "series"],
    "model_scores": ["run_id", "level", "model", "fold", "metric"],
    "answers": ["run_id", "topic"],
    "metrics": ["run_id", "step", "name"],
    "published_runs": ["pipeline"],
    "deliveries": ["run_id", "table_name"],
    "pipeline_locks": ["pipeline", "fence"],
    "ledger": ["ledger", "number"],
    "promotions": ["number"],
}


def test_migrations_make_the_tables_of_the_design(engine: sa.Engine) -> None:
    """Every table of the design is there, with its key, and nothing else but Alembic's own."""
    inspector = sa.inspect(engine)
    assert set(inspector.get_table_names()) == {*DESIGN, "alembic_version"}
    assert {name: inspector.get_pk_constraint(name)["constrained_columns"] for name in DESIGN} == DESIGN
    views = {"runs", "segments", "membership_changes", "metrics", *RESULTS}
    assert set(inspector.get_view_names()) == {"run_history", "segment_history", *(f"current_{name}" for name in views)}


@pytest.mark.parametrize("name", RESULTS)
def test_results_fit_their_tables(engine: sa.Engine, name: str) -> None:
    """A table of results has `run_id` and then the contract's columns: same order, types, nulls and key."""
    contract = RESULTS[name]
    columns = sa.inspect(engine).get_columns(name)
    assert [column["name"] for column in columns] == ["run_id", *contract.columns]
    for column in columns[1:]:
        wanted = contract.columns[column["name"]]
        assert column["nullable"] == wanted.nullable, column["name"]
        assert isinstance(column["type"], SQL_TYPES.get(str(wanted.dtype), sa.String | sa.JSON)), column["name"]
    assert DESIGN[name] == ["run_id", *(contract.unique or [])]


def test_every_table_of_results_can_be_published_and_no_other(engine: sa.Engine) -> None:
    """Notebooks may fill the tables of the contracts; the rest is the runner's."""
    assert set(PUBLISHED) == set(RESULTS)
    assert set(PUBLISHED) < set(sa.inspect(engine).get_table_names())


def test_migrating_again_is_quick_and_changes_nothing(engine: sa.Engine) -> None:
    """A database that is up to date is only looked at."""
    began = time.perf_counter()
    database.migrate(engine)
    assert time.perf_counter() - began < 1
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_several_may_migrate_at_once(database_url: str) -> None:
    """Four hosts that start together end with one set of tables, and none of them fails."""
    engines = [database.engine(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(database.migrate, engines))
    assert "runs" in sa.inspect(engines[0]).get_table_names()
    for engine in engines:
        engine.dispose()


def test_a_database_of_another_version_is_left_alone(engine: sa.Engine) -> None:
    """A revision that this checkout does not know is an error that says so."""
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PlaceError, match="set up by another version"):
        database.migrate(engine)


def test_a_failed_transaction_leaves_nothing(engine: sa.Engine) -> None:
    """What contradicts the tables is a DeliveryError, and what came before it in the transaction is undone."""

    def work(connection: sa.Connection) -> None:
        run = "INSERT INTO runs (run_id, pipeline, status, started_at) VALUES ('r', 'p', 's', '2026-01-01')"
        connection.execute(sa.text(run))
        connection.execute(sa.text(run))

    with pytest.raises(DeliveryError, match="refused the rows"):
        database.transact(engine, work)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM runs")).scalar_one() == 0


def test_a_deadlock_is_tried_again(postgres_url: str) -> None:
    """Work that meets a serialization failure runs again, and its result is that of the second time."""
    engine = database.engine(postgres_url)
    tries = []

    def work(connection: sa.Connection) -> int:
        tries.append(1)
        if len(tries) == 1:
            connection.execute(sa.text("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))
        return connection.execute(sa.text("SELECT 42")).scalar_one()

    assert database.transact(engine, work) == 42
    assert len(tries) == 2
    engine.dispose()


def test_a_server_that_is_away_is_named_in_seconds(postgres_server: Server, postgres_url: str) -> None:
    """Without a server, a PlaceError names the place but not the password; when the server is back, all is well."""
    engine = database.engine(postgres_url)
    with postgres_server.away():
        began = time.perf_counter()
        with pytest.raises(PlaceError, match="did not do its part") as caught:
            database.ping(engine)
        assert time.perf_counter() - began < 20
    assert "never-checked" not in str(caught.value)
    database.ping(engine)
    engine.dispose()


def test_a_broken_connection_is_replaced(postgres_server: Server, postgres_url: str) -> None:
    """A connection that the server has closed meanwhile does not fail the next transaction."""
    engine = database.engine(postgres_url)
    database.ping(engine)
    with postgres_server.away():
        pass
    database.ping(engine)
    engine.dispose()


def test_a_server_that_another_has_taken_over_from_is_left(postgres_url: str) -> None:
    """During a fail-over the old server may go on reading: the next connection finds the one that is written to."""
    engine = database.engine(postgres_url)
    tries = []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        if len(tries) == 1:
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        connection.execute(sa.text("CREATE TABLE taken_over (n int)"))

    database.transact(engine, work)
    assert len(tries) == 2
    engine.dispose()


def test_a_server_that_stands_still_is_given_up(
    postgres_server: Server, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose processes are stopped acknowledges and says nothing: work ends in a PlaceError, not never."""
    monkeypatch.setattr(database, "QUIET_S", 1)
    engine = database.engine(f"{postgres_url}?connect_timeout=1")
    began = time.perf_counter()

    def work(connection: sa.Connection) -> None:
        running.enter_context(standing_still(postgres_server))
        connection.execute(sa.text("SELECT 1"))

    with ExitStack() as running, pytest.raises(PlaceError, match="it said nothing for 1 s"):
        database.transact(engine, work)
    assert time.perf_counter() - began < 20
    with standing_still(postgres_server), pytest.raises(PlaceError, match="did not do its part"):
        database.ping(engine)
    assert time.perf_counter() - began < 40
    database.ping(engine)
    engine.dispose()


def test_slow_work_that_goes_on_is_not_silence(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the time since the last statement counts."""
    monkeypatch.setattr(database, "QUIET_S", 1)
    engine = database.engine(postgres_url)

    def work(connection: sa.Connection) -> int:
        for _ in range(4):
            connection.execute(sa.text("SELECT pg_sleep(0.4)"))
        return connection.execute(sa.text("SELECT 42")).scalar_one()

    assert database.transact(engine, work) == 42
    engine.dispose()


def test_runs_from_before_the_locks_are_kept(database_url: str) -> None:
    """The second migration changes no row of the first, and can be undone."""
    engine = database.engine(database_url)
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(MIGRATIONS))

    def to(revision: str, way: Callable[[Config, str], None]) -> None:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            way(config, revision)

    to("0001", command.upgrade)
    with engine.begin() as connection:
        run = "INSERT INTO runs (run_id, pipeline, status, started_at) VALUES ('r', 'p', 's', '2026-01-01')"
        connection.execute(sa.text(run))
    database.migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT run_id, plan_digest FROM runs")).all() == [("r", None)]
    to("0001", command.downgrade)
    assert "pipeline_locks" not in sa.inspect(engine).get_table_names()
    engine.dispose()


def test_a_database_that_does_not_exist_is_not_tried_again(postgres_url: str) -> None:
    """An answer that will not change is told at once."""
    engine = database.engine(postgres_url + "_elsewhere")
    began = time.perf_counter()
    with pytest.raises(PlaceError, match="does not exist"):
        database.ping(engine)
    assert time.perf_counter() - began < 1
    engine.dispose()


def test_a_plain_postgresql_url_means_psycopg2(postgres_url: str) -> None:
    """SQLAlchemy 2.1 would take another driver, which is not installed."""
    engine = database.engine(postgres_url.replace("+psycopg2", ""))
    database.ping(engine)
    assert engine.driver == "psycopg2"
    engine.dispose()
