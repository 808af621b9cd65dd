"""The database of results, as the dashboard opens it: on both databases nothing can be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa

from dashboard import database
from dashboard.database import Away
from dashboard.queries import customers, runs, sales, series
from dashboard.queries.customers import Wanted
from dashboard.queries.series import Sought
from runner.tables import database as tables
from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts
from tests.servers import Server

WRITING = ("UPDATE runs SET approved_by = 'me'", "CREATE TABLE mine (n int)", "DELETE FROM metrics")


@pytest.fixture
def filled(database_url: str) -> str:
    """The address of a database with one live run, once on SQLite and once on PostgreSQL."""
    engine = tables.engine(database_url)
    tables.migrate(engine)
    shop.run(engine, "01", shop.LAST.to_pydatetime())
    shop.promote(engine, "01")
    engine.dispose()
    return database_url


def test_nothing_can_be_written(filled: str) -> None:
    """The connection itself refuses it, whatever the login may do."""
    engine = database.engine(filled)
    for act in WRITING:
        with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match=r"(?i)read.?only"):
            connection.exec_driver_sql(act)
    engine.dispose()


def test_a_question_that_takes_too_long_is_broken_off(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits for no answer without end, and says so."""
    monkeypatch.setattr(database, "STATEMENT_S", 1 if filled.startswith("postgresql") else 0.05)
    engine = database.engine(filled)
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    endless = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < 10**12))
    with pytest.raises(Away, match="took longer than"):
        database.rows(engine, sa.select(sa.func.sum(endless.c.n)))
    engine.dispose()


def test_tables_of_another_version_are_told(database_url: str) -> None:
    """A database without our views: who has to do what."""
    tables.engine(database_url).connect().close()
    engine = database.engine(database_url)
    with pytest.raises(Away, match="let the owner of the tables run alembic upgrade head"):
        database.rows(engine, runs.live())
    engine.dispose()


@pytest.fixture
def narrow_url(postgres_url: str, postgres_server: Server, shop_folder: Path) -> Iterator[str]:
    """The address of the small shop in PostgreSQL, for a login with the role of the dashboard and no other right."""
    shop.fill(postgres_url, shop_folder).dispose()
    connection = psycopg2.connect(f"host=127.0.0.1 port={postgres_server.port} user=insiders dbname=postgres")
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE board_reader LOGIN IN ROLE insiders_dashboard")
        yield sa.make_url(postgres_url).set(username="board_reader").render_as_string(hide_password=False)
        cursor.execute("DROP OWNED BY board_reader; DROP ROLE board_reader")


def test_the_role_of_the_dashboard_suffices_on_postgres(
    narrow_url: str, shop_engine: sa.Engine, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All pages work with it, and every question has the answer that SQLite gives."""
    monkeypatch.setenv("INSIDERS_DATABASE_URL", narrow_url)
    for page in ("insiders", "category", "data_and_runs"):
        shown = show(page)
        assert not shown.exception
        assert not texts(shown, "error", "warning")
        assert len(shown.metric) >= 3
    engine, run = database.engine(narrow_url), shop.LIVE
    period = (shop.LAST.date().replace(month=10, day=3), shop.LAST.date())
    questions = [
        customers.segments(run),
        customers.countries(run),
        customers.count(Wanted(run, number="1", insider=False, revenue_from=100.0)),
        customers.numbers(Wanted(run, countries=("France", "Brazil"), at_risk=False), 0),
        customers.these(run, ["1001"]),
        customers.numbers(Wanted(run, at_risk=True), 0),
        customers.changed(run, "left", 0),
        runs.trend(shop.PIPELINE),
        runs.past(shop.PIPELINE, 0),
        series.names(Sought(run, "product", "u")),
        series.page(Sought(run, "product", "cup", flagged=True), 0),
        series.these(run, "store", ("north", "south")),
        sales.span(run, "store", ("north",)),
        sales.sold(run, "store", ("north", "south"), period, "week"),
        sales.sold(run, "category", shop.LEVELS["category"], period, "month"),
        sales.expected(run, "product", shop.MODEL, shop.LEVELS["product"], shop.LAST.date().replace(day=20), "day"),
        sales.scores_of_series(run, "product"),
        sales.scores_of_series(run, "product", ("CUP",)),
    ]
    timed = {"started_at", "finished_at", "accepted_at", "live_since", "logical_date"}
    for question in questions:
        there, here = database.rows(engine, question), database.rows(shop_engine, question)
        same = [name for name in here if name not in timed]
        assert there[same].round(6).to_csv() == here[same].round(6).to_csv(), str(question)
    for source in (engine, shop_engine):
        some = database.rows(source, customers.drawn(run, 7 * customers.MOST_ON_MAP))["customer_id"].tolist()
        assert len(some) == len(database.rows(source, customers.on_map(run, some))) > 0
    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        connection.exec_driver_sql("SELECT * FROM customers")
    engine.dispose()
