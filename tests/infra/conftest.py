"""What the tests of the database's set-up share: the owner of the tables, and logins with one narrow role each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest
import sqlalchemy as sa

from runner.tables import database
from tests.servers import Server

ROLES = ("insiders_publisher", "insiders_dashboard", "insiders_auditor")


def administer(server: Server, *statements: str, name: str = "postgres") -> None:
    """Say something to the server as its administrator."""
    connection = psycopg2.connect(f"host=127.0.0.1 port={server.port} user=insiders dbname={name}")
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def login(url: str, name: str) -> str:
    """The URL for another login; the tests' server asks nobody for a password."""
    return sa.make_url(url).set(username=name).render_as_string(hide_password=False)


@pytest.fixture
def new_login(postgres_server: Server) -> Iterator[Callable[..., str]]:
    """Makes a login, perhaps with options such as `IN ROLE …`; it is gone after the test."""
    made: list[str] = []

    def make(name: str, options: str = "") -> str:
        administer(postgres_server, f"DROP ROLE IF EXISTS {name}", f"CREATE ROLE {name} LOGIN {options}")
        made.append(name)
        return name

    yield make
    for name in made:
        administer(postgres_server, f"DROP OWNED BY {name} CASCADE", f"DROP ROLE {name}")


@pytest.fixture
def owner_url(postgres_url: str, postgres_server: Server, new_login: Callable[..., str]) -> str:
    """The URL of a database whose tables belong to a login that is no administrator, but may make roles."""
    new_login("shop_owner", "CREATEROLE")
    administer(postgres_server, "ALTER SCHEMA public OWNER TO shop_owner")
    url = login(postgres_url, "shop_owner")
    engine = database.engine(url)
    database.migrate(engine)
    engine.dispose()
    return url


@pytest.fixture
def publisher_url(owner_url: str, new_login: Callable[..., str]) -> str:
    """The same database for a login that is a publisher and nothing else."""
    return login(owner_url, new_login("shop_runner", "IN ROLE insiders_publisher"))


@pytest.fixture
def dashboard_url(owner_url: str, new_login: Callable[..., str]) -> str:
    """The same database for a login that looks at current results and at nothing else."""
    return login(owner_url, new_login("shop_board", "IN ROLE insiders_dashboard"))


@pytest.fixture
def auditor_url(owner_url: str, new_login: Callable[..., str]) -> str:
    """The same database for a login that looks at everything."""
    return login(owner_url, new_login("shop_auditor", "IN ROLE insiders_auditor"))
