"""The database before a run: each right that a delivery needs is asked for, and who is to grant it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runner import cli
from runner.preflight import privileges
from runner.preflight.database import of_database
from runner.preflight.privileges import Privilege
from runner.tables import database
from tests.infra.conftest import administer, login, new_login, owner_url, publisher_url
from tests.runner.bench import Bench, one
from tests.runner.preflight.guard import WHO, guarding
from tests.runner.runs import settings
from tests.servers import Server

__all__ = ["new_login", "owner_url", "publisher_url"]
OWNERS = "let the owner of the tables, shop_owner, say SELECT insiders_grants()"


def fault(url: str) -> str | None:
    """What is found of the database at that URL."""
    return of_database(settings("/nowhere", url)).fault


@contextmanager
def without(server: Server, privilege: Privilege) -> Iterator[None]:
    """The publisher's role without one privilege, for the length of a context."""
    act = f"{privilege.act} ({privilege.column})" if privilege.column else privilege.act
    place = f"FUNCTION {privilege.place}" if privilege.act == "EXECUTE" else privilege.place
    administer(server, f"REVOKE {act} ON {place} FROM {privileges.ROLE}")
    yield
    administer(server, f"GRANT {act} ON {place} TO {privileges.ROLE}")


def test_each_privilege_that_is_revoked_is_named(publisher_url: str, postgres_server: Server) -> None:
    """The act, the table, column or function, and who gives it back; one after the other, all of them."""
    assert fault(publisher_url) is None
    for privilege in privileges.wanted():
        with without(postgres_server, privilege):
            place = f"{privilege.place} ({privilege.column})" if privilege.column else privilege.place
            whole = privilege.place if len(privileges.CHANGED.get(privilege.place, ())) == 1 else place
            wanted = f"shop_runner lacks {privilege.act} on {whole if privilege.column else place}: {OWNERS}"
            assert fault(publisher_url) == wanted
    assert fault(publisher_url) is None


def test_all_that_the_role_is_granted_is_asked_for(owner_url: str) -> None:
    """A migration that grants the publisher something more, which the runner then uses, is asked for here, too."""
    query = """
        SELECT privilege_type, g.table_name, '' FROM information_schema.role_table_grants AS g
        JOIN information_schema.tables AS t USING (table_schema, table_name)
        WHERE grantee = 'insiders_publisher' AND table_type = 'BASE TABLE'
        UNION ALL SELECT privilege_type, table_name, column_name FROM information_schema.role_column_grants
        WHERE grantee = 'insiders_publisher' AND privilege_type = 'UPDATE'
        UNION ALL SELECT privilege_type, routine_name || '()', '' FROM information_schema.role_routine_grants
        WHERE grantee = 'insiders_publisher'
    """
    engine = database.engine(owner_url)
    with engine.connect() as connection:
        granted = {Privilege(*row) for row in connection.execute(sa.text(query))}
    engine.dispose()
    assert granted == set(privileges.wanted())


def test_all_that_is_missing_stands_in_one_sentence(
    publisher_url: str, owner_url: str, postgres_server: Server
) -> None:
    """What is said to be done about it does it."""
    administer(
        postgres_server,
        "REVOKE INSERT ON customers, segments FROM insiders_publisher",
        "REVOKE UPDATE ON runs FROM insiders_publisher",
        "REVOKE EXECUTE ON FUNCTION promotion_turn() FROM insiders_publisher",
    )
    lacking = "INSERT on customers, segments; UPDATE on runs; EXECUTE on promotion_turn()"
    assert fault(publisher_url) == f"shop_runner lacks {lacking}: {OWNERS}"
    engine = database.engine(owner_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT insiders_grants()")
    engine.dispose()
    assert fault(publisher_url) is None


def test_a_login_without_the_role_is_told_to_get_it(
    owner_url: str, new_login: Callable[..., str], postgres_server: Server
) -> None:
    """The grant is given as it is to be said; said so, it suffices."""
    url = login(owner_url, new_login("shop_stranger"))
    administer(postgres_server, "GRANT USAGE ON SCHEMA public TO shop_stranger")
    found = fault(url) or ""
    remedy = "let an administrator say GRANT insiders_publisher TO shop_stranger"
    assert found.startswith("shop_stranger lacks SELECT on runs, metrics, ")
    assert found.endswith(f": {remedy}")
    administer(postgres_server, remedy.partition(" say ")[2])
    assert fault(url) is None
    administer(postgres_server, "REVOKE insiders_publisher FROM shop_stranger")


def test_a_schema_that_is_closed_is_named(publisher_url: str, postgres_server: Server) -> None:
    """Without USAGE on it no table is seen, which is not the same as none being there."""
    administer(postgres_server, "REVOKE USAGE ON SCHEMA public FROM insiders_publisher, PUBLIC")
    assert fault(publisher_url) == f"shop_runner lacks USAGE on the schema public: {OWNERS}"


def test_a_database_that_is_closed_is_named(publisher_url: str, postgres_server: Server) -> None:
    """Without CONNECT nothing else can be looked at."""
    administer(postgres_server, "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
    try:
        found = fault(publisher_url) or ""
    finally:
        administer(postgres_server, "GRANT CONNECT ON DATABASE postgres TO PUBLIC")
    assert "permission denied for database" in found
    assert found.endswith("; let its owner say GRANT CONNECT ON DATABASE … TO the login")


def test_old_tables_are_named_to_who_may_not_change_them(
    publisher_url: str, owner_url: str, postgres_server: Server
) -> None:
    """The owner brings them up to date by running; a publisher asks the owner to."""
    administer(postgres_server, "UPDATE alembic_version SET version_num = '0002'")
    said = "its tables are at revision 0002, this checkout needs "
    assert (fault(publisher_url) or "").startswith(said)
    assert "let their owner shop_owner run `alembic upgrade head`" in (fault(publisher_url) or "")
    assert fault(owner_url) is None
    administer(postgres_server, "UPDATE alembic_version SET version_num = 'abcd'")
    assert "are at revision abcd, which this checkout does not know" in (fault(owner_url) or "")


def test_missing_tables_are_named_to_who_may_not_make_them(
    postgres_url: str, new_login: Callable[..., str], postgres_server: Server
) -> None:
    """Whoever may make them makes them by running."""
    assert fault(postgres_url) is None
    url = login(postgres_url, new_login("shop_stranger"))
    administer(postgres_server, "GRANT USAGE ON SCHEMA public TO shop_stranger")
    assert "the tables are not there, and shop_stranger may not make them" in (fault(url) or "")


def test_tables_of_others_are_not_ours(
    postgres_url: str, new_login: Callable[..., str], postgres_server: Server
) -> None:
    """Another program's Alembic in another schema says nothing of our tables."""
    new_login("shop_other")
    administer(postgres_server, "CREATE SCHEMA other", "CREATE TABLE other.alembic_version (version_num text)")
    assert fault(postgres_url) is None


def test_a_server_that_only_reads_is_named(owner_url: str, postgres_server: Server) -> None:
    """A standby has all rights and takes no row."""
    administer(postgres_server, "ALTER ROLE shop_owner SET default_transaction_read_only = on")
    assert "can only be read: let INSIDERS_DATABASE_URL lead to the server" in (fault(owner_url) or "")


def test_looking_takes_few_questions(publisher_url: str) -> None:
    """Facts, revision (whether it is there, and which), and all privileges at once."""
    asked: list[str] = []

    def note(*facts: Any) -> None:
        asked.append(facts[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert fault(publisher_url) is None
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len([one for one in asked if "alembic_version" in one or "unnest" in one]) == 3
    assert len(asked) <= 8


def test_a_run_is_refused_and_nothing_is_started(
    shared_bench: Bench,
    tmp_path: Path,
    publisher_url: str,
    postgres_server: Server,
    s3_server: Server,
    s3_endpoint: str,
    s3: Any,
    bucket: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit status 3, for a check and for a run: no cell runs, no row, object or record is written, and all is named."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("INSIDERS_DATABASE_URL", publisher_url)
    monkeypatch.setenv("INSIDERS_BUCKET", bucket)
    path = str(shared_bench.write(one("values")))
    with without(postgres_server, Privilege("INSERT", "customers")), guarding(s3_server.port) as guard:
        monkeypatch.setenv("INSIDERS_ENDPOINT_URL", guard.url)
        guard.statements = [{"Effect": "Allow", "Action": ["s3:Get*", "s3:ListBucket"], "Resource": "*"}]
        assert cli.main(["run", path]) == 3
        said = capsys.readouterr().err
        assert f"database: shop_runner lacks INSERT on customers: {OWNERS}" in said
        assert f"bucket {bucket}: denied to {WHO}: s3:PutObject on objects/, " in said
        assert not (tmp_path / "output").exists()
        assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
        assert cli.main(["check", path]) == 3


def test_a_file_of_sqlite_is_only_opened(bench: Bench) -> None:
    """There is nobody to grant anything."""
    database.migrate(database.engine(bench.settings.database_url))
    assert of_database(bench.settings).wrong is None
    missing = replace(bench.settings, database_url=f"{bench.settings.database_url}-missing")
    assert of_database(missing).detail.endswith(", to be made")
