"""The three roles of the database: what each may do, and the acts that are denied to it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa

from insiders import handoff
from runner.delivery.spool import Spool
from runner.errors import PlaceError
from runner.locking import lock
from runner.promotion.promote import promote
from runner.promotion.rollback import rollback
from runner.records.record import Metric
from runner.settings import CHECKOUT, Settings
from runner.tables import database
from tests import results
from tests.infra.conftest import ROLES, administer, login
from tests.runner.delivery.test_spool import as_step, ask
from tests.runner.runs import ended, run_row, settings
from tests.servers import Server

DESTRUCTIVE = (
    "DELETE FROM customers",
    "UPDATE ledger SET line = 'nothing happened'",
    "UPDATE promotions SET by_whom = 'nobody'",
    "TRUNCATE metrics",
    "DROP TABLE answers",
    "ALTER TABLE runs DROP COLUMN digest",
    "ALTER TABLE ledger DISABLE TRIGGER ALL",
    "UPDATE published_runs SET run_id = 'another'",
    "INSERT INTO published_runs (pipeline, run_id, since, published_by) VALUES ('monthly', 'x', now(), 'me')",
    "DELETE FROM published_runs",
    "DELETE FROM ledger",
    "INSERT INTO membership_changes VALUES ('a', 'b', 'left', 'because', 'c')",
    "UPDATE runs SET approved_by = 'me'",
    "UPDATE pipeline_locks SET fence = 0",
    "DROP VIEW current_customers",
    "CREATE OR REPLACE VIEW current_customers AS SELECT * FROM customers",
    "CREATE TABLE mine (n int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION promotions_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION promotions_refuse() CASCADE",
    "UPDATE alembic_version SET version_num = '0001'",
    "GRANT insiders_publisher TO CURRENT_USER",
    "SET ROLE shop_owner",
    "SET session_replication_role = replica",
    "SELECT insiders_grants()",
)
"""What no narrow role may do, the publisher included."""
PUBLISHING = (
    "INSERT INTO ledger (ledger, number, at, event, who, line, sha256) VALUES ('a', 1, now(), 'opened', 'me', '', '')",
    "INSERT INTO runs (run_id, pipeline, status, started_at) VALUES ('a', 'monthly', 'running', now())",
    "INSERT INTO promotions VALUES (1, 'monthly', 'a', NULL, 'promoted', now(), 'me', '[]', NULL)",
    "INSERT INTO metrics (run_id, step, name, value, unit) VALUES ('a', 'eda', 'rows', 1, '')",
    "UPDATE runs SET status = 'failed'",
    "SELECT promotion_turn()",
)
"""What the publisher alone may do."""
TABLES = (
    "runs",
    "customers",
    "sales",
    "totals",
    "series_totals",
    "ledger",
    "promotions",
    "published_runs",
    "pipeline_locks",
    "membership_changes",
)


def refused(url: str, statement: str) -> str:
    """What the database answers to a statement that it must not obey, or `obeyed`."""
    engine = database.engine(url)
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql(statement)
        except sa.exc.ProgrammingError as fault:
            return "denied" if isinstance(fault.orig, psycopg2.errors.InsufficientPrivilege) else f"failed: {fault}"
        except sa.exc.DBAPIError as fault:
            return f"failed: {fault}"
        return "obeyed"


@pytest.mark.parametrize("role", ["publisher", "dashboard", "auditor"])
def test_destructive_acts_are_denied(role: str, request: pytest.FixtureRequest) -> None:
    """No narrow role changes what is there, moves the pointer by itself, or makes anything of its own."""
    url = request.getfixturevalue(f"{role}_url")
    answers = {statement: refused(url, statement) for statement in DESTRUCTIVE}
    assert {statement: answer for statement, answer in answers.items() if answer != "denied"} == {}


@pytest.mark.parametrize("role", ["dashboard", "auditor"])
def test_only_a_publisher_publishes(role: str, request: pytest.FixtureRequest) -> None:
    """Who reads adds nothing, promotes nothing and keeps no promotion waiting."""
    url = request.getfixturevalue(f"{role}_url")
    assert {statement: refused(url, statement) for statement in PUBLISHING} == dict.fromkeys(PUBLISHING, "denied")


def test_a_dashboard_sees_current_results_only(dashboard_url: str) -> None:
    """The views answer; the tables behind them, with staged and older rows, do not."""
    views = [f"SELECT * FROM current_{name}" for name in handoff.RESULTS]
    assert {refused(dashboard_url, view) for view in views} == {"obeyed"}
    assert {refused(dashboard_url, f"SELECT * FROM {table}") for table in TABLES} == {"denied"}


def test_an_auditor_sees_everything(auditor_url: str) -> None:
    """Every table and view answers."""
    names = [*TABLES, "metrics", "deliveries", "answers", "alembic_version", "current_customers"]
    assert {refused(auditor_url, f"SELECT * FROM {name}") for name in names} == {"obeyed"}


def test_a_whole_delivery_works_as_publisher(
    tmp_path: Path, publisher_url: str, dashboard_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lock, rows, metrics, promotion, the next promotion and the way back need no more than the publisher's rights."""
    places = settings(tmp_path, publisher_url)
    first, second = (published(places, monkeypatch, hour) for hour in (4, 5))
    assert seen(dashboard_url) == {second}
    engine = database.engine(publisher_url)
    assert promote(engine, second, "monthly", "cron").text == f"{second} is current for monthly already"
    assert rollback(engine, "monthly", "Ada").promoted
    assert seen(dashboard_url) == {first}


def published(places: Settings, monkeypatch: pytest.MonkeyPatch, hour: int) -> str:
    """The id of a run that was delivered through the spool and went live."""
    folder = results.run_folder(places)
    row = run_row(folder, hour=hour)
    with lock.hold(places, "monthly", folder.name) as held, Spool(places, row, folder, held.fence) as spool:
        as_step(monkeypatch, spool)
        assert ask(folder).status == "delivered"
        ended(places, folder, hour=hour, metrics=[Metric("rows", 3, "rows")])
        done = spool.complete()
    assert (done.pending, done.refused) == (False, ())
    assert done.promotion is not None
    assert done.promotion.promoted
    return folder.name


def seen(url: str) -> set[str]:
    """The runs whose customers a login sees as current."""
    with database.engine(url).connect() as connection:
        return set(connection.execute(sa.text("SELECT run_id FROM current_customers")).scalars())


def test_a_publisher_only_looks_at_the_version_of_the_tables(publisher_url: str) -> None:
    """Where the tables are up to date there is nothing to do for a login that could not do it."""
    database.migrate(database.engine(publisher_url))


def test_old_tables_are_told_to_who_may_not_change_them(
    publisher_url: str, owner_url: str, postgres_server: Server
) -> None:
    """The login is told which tables there are, which are needed, and who brings them up to date."""
    administer(postgres_server, "UPDATE alembic_version SET version_num = '0002'")
    with pytest.raises(PlaceError, match=r"are at revision 0002, .* shop_runner may not change them: let their owner"):
        database.migrate(database.engine(publisher_url))


def test_missing_tables_are_told_to_who_may_not_make_them(
    postgres_url: str, new_login: Callable[..., str], postgres_server: Server
) -> None:
    """An empty database is no database that a publisher could fill."""
    url = login(postgres_url, new_login("shop_stranger"))
    administer(postgres_server, "GRANT USAGE ON SCHEMA public TO shop_stranger")
    with pytest.raises(PlaceError, match=r"are not there, .* shop_stranger may not change them"):
        database.migrate(database.engine(url))


def test_several_databases_share_the_roles(owner_url: str, postgres_server: Server) -> None:
    """Two databases of one server that are set up at once end with the same three roles, and rights in both."""
    names = ["shop_one", "shop_two"]
    try:
        administer(postgres_server, *(f"CREATE DATABASE {name}" for name in names))
        urls = [
            sa.make_url(owner_url).set(username="insiders", database=name).render_as_string(hide_password=False)
            for name in names
        ]
        code = "import sys; from runner.tables.database import engine, migrate; migrate(engine(sys.argv[1]))"
        at_once = [subprocess.Popen([sys.executable, "-c", code, url], cwd=CHECKOUT) for url in urls]
        assert [process.wait(60) for process in at_once] == [0, 0]
        for url in [*urls, owner_url]:
            with database.engine(url).connect() as connection:
                granted = "SELECT has_table_privilege('insiders_auditor', 'ledger', 'SELECT')"
                assert connection.execute(sa.text(granted)).scalar_one()
    finally:
        administer(postgres_server, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))


def test_who_may_not_make_roles_is_told_how_they_are_made(
    postgres_url: str, postgres_server: Server, new_login: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    """The tables are made all the same; an administrator's script makes the roles later, with the same rights."""
    drop = [f"DROP ROLE IF EXISTS {role}" for role in ROLES]
    administer(postgres_server, *drop, "DROP ROLE IF EXISTS shop_owner")
    new_login("shop_modest")
    administer(postgres_server, "GRANT USAGE, CREATE ON SCHEMA public TO shop_modest")
    with caplog.at_level(logging.WARNING):
        database.migrate(database.engine(login(postgres_url, "shop_modest")))
    assert "insiders_publisher, insiders_dashboard, insiders_auditor could not be made" in caplog.text
    assert "infra/sql/roles.sql" in caplog.text
    administer(postgres_server, (CHECKOUT / "infra" / "sql" / "roles.sql").read_text(encoding="utf-8"))
    board = login(postgres_url, new_login("shop_board", "IN ROLE insiders_dashboard"))
    assert refused(board, "SELECT * FROM current_customers") == "obeyed"
    assert refused(board, "SELECT * FROM customers") == "denied"
