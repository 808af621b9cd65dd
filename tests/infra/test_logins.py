"""The logins of the database on AWS: what infra/terraform/README.md says is done here, to the letter."""

from __future__ import annotations

import re

import sqlalchemy as sa

from runner.settings import CHECKOUT
from runner.tables import database
from tests.infra.conftest import ROLES, administer
from tests.infra.test_roles import DESTRUCTIVE, PUBLISHING, refused
from tests.servers import Server

README = CHECKOUT / "infra" / "terraform" / "README.md"


def test_logins_are_made_as_the_readme_says(postgres_url: str, postgres_server: Server) -> None:
    """An administrator as RDS has it, who is no superuser, makes an owner, and the owner the two narrow logins."""
    name, roles = "insiders_aws", [f"insiders_{part}" for part in ("reader", "writer", "owner", "admin")]
    text = README.read_text(encoding="utf-8").replace("DATABASE insiders ", f"DATABASE {name} ")
    first, second = (re.sub(r"(?m)^\\.*$", "", block) for block in re.findall(r"```sql\n(.*?)```", text, re.DOTALL))
    place = sa.make_url(postgres_url).set(database=name)
    urls = {role: place.set(username=role).render_as_string(hide_password=False) for role in roles}
    administer(postgres_server, *(f"DROP ROLE IF EXISTS {role}" for role in ROLES))
    administer(postgres_server, "CREATE ROLE insiders_admin LOGIN CREATEROLE CREATEDB")
    administer(postgres_server, f"CREATE DATABASE {name} OWNER insiders_admin")
    try:
        say(urls["insiders_admin"], first)
        engine = database.engine(urls["insiders_owner"])
        database.migrate(engine)
        engine.dispose()
        say(urls["insiders_owner"], second)
        publishes, looks = PUBLISHING[1], "SELECT * FROM current_customers"
        assert [refused(urls["insiders_writer"], what) for what in (publishes, DESTRUCTIVE[0])] == ["obeyed", "denied"]
        assert [refused(urls["insiders_reader"], what) for what in (looks, publishes)] == ["obeyed", "denied"]
    finally:
        administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")
        administer(postgres_server, *(f"DROP ROLE IF EXISTS {role}" for role in (*roles[:2], *ROLES, *roles[2:])))


def say(url: str, statements: str) -> None:
    """Run statements one after the other, as psql does."""
    engine = database.engine(url)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in filter(str.strip, statements.split(";")):
            connection.exec_driver_sql(statement)
    engine.dispose()
