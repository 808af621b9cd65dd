"""TLS to PostgreSQL: a real server with certificates of the tests' own authority, and what is said of wrong ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dashboard import database as pages
from runner.preflight.database import of_database
from runner.tables import advisory, database, tls
from tests.infra.conftest import administer
from tests.runner.runs import settings
from tests.runner.tables.certificates import Authority
from tests.runner.tables.secured import speaking_tls
from tests.servers import Server

HERE = ("localhost", "127.0.0.1")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority of this test's own."""
    return Authority.made(tmp_path)


def trusting(url: str, authority: Authority) -> str:
    """The URL with TLS verified against that authority."""
    made = sa.make_url(url).update_query_dict({"sslmode": "verify-full", "sslrootcert": str(authority.file)})
    return made.render_as_string(hide_password=False)


def fault(url: str) -> str:
    """What is wrong with the database at that URL, found at once and not after trying again."""
    tries, once = list[sa.Engine](), database._once

    def counted(engine: sa.Engine, work: Any) -> Any:
        tries.append(engine)
        return once(engine, work)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "_once", counted)
        found = of_database(settings("/nowhere", url)).fault
    assert len(tries) == 1
    assert found is not None
    return found


def test_a_server_whose_certificate_is_right_is_talked_to_over_tls(
    postgres_url: str, postgres_server: Server, authority: Authority, tmp_path: Path
) -> None:
    """The runner, the session that holds its lock, and the dashboard: all encrypted, as the URL says."""
    url = trusting(postgres_url, authority)
    with speaking_tls(postgres_server, *authority.sign(tmp_path, "server", HERE)):
        assert of_database(settings("/nowhere", url)).wrong is None
        engine = database.engine(url)
        session = advisory.Session(engine, "monthly", "a-run")
        assert session.take() is None
        encrypted = "SELECT count(*) FILTER (WHERE ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        with engine.connect() as connection:
            told = connection.execute(sa.text(f"{encrypted} WHERE application_name LIKE 'insiders%'")).one()
        assert tuple(told) == (2, 2)
        session.close()
        board = pages.engine(url)
        assert pages.rows(board, sa.select(sa.func.count().label("n")))["n"].item() == 1
        board.dispose()
        engine.dispose()


def test_a_certificate_of_another_authority_is_refused(
    postgres_url: str, postgres_server: Server, authority: Authority, tmp_path: Path
) -> None:
    """The file that is believed is named; the dashboard refuses it, too."""
    other = Authority.made(tmp_path, "another")
    with speaking_tls(postgres_server, *other.sign(tmp_path, "server", HERE)):
        url = trusting(postgres_url, authority)
        assert f"shows a certificate that no authority in {authority.file} has signed: have sslrootcert" in fault(url)
        board = pages.engine(url)
        with pytest.raises(pages.Away, match="certificate of the database is not one that is trusted here"):
            pages.rows(board, sa.select(sa.literal(1)))
        board.dispose()


def test_a_certificate_for_another_host_is_refused(
    postgres_url: str, postgres_server: Server, authority: Authority, tmp_path: Path
) -> None:
    """Both names are said."""
    with speaking_tls(postgres_server, *authority.sign(tmp_path, "server", ["db.example.com"])):
        said = "is for db.example.com, and INSIDERS_DATABASE_URL names 127.0.0.1: name the server as"
        assert said in fault(trusting(postgres_url, authority))


def test_a_certificate_that_has_ended_is_refused(
    postgres_url: str, postgres_server: Server, authority: Authority, tmp_path: Path
) -> None:
    """The driver says only that it could not be verified; we say why."""
    ended = datetime.now(UTC) - timedelta(days=2)
    with speaking_tls(postgres_server, *authority.sign(tmp_path, "server", HERE, until=ended)):
        said = "shows a certificate whose time is over: renew it there"
        assert said in fault(trusting(postgres_url, authority))


def test_a_server_without_tls_is_refused(postgres_url: str, authority: Authority) -> None:
    """Nothing is sent to a server that cannot show who it is."""
    assert "offers no TLS, and sslmode=verify-full asks for it" in fault(trusting(postgres_url, authority))


def test_a_file_of_authorities_that_is_missing_is_named(
    postgres_url: str, postgres_server: Server, authority: Authority, tmp_path: Path
) -> None:
    """The path is said, which may be that of another host."""
    with speaking_tls(postgres_server, *authority.sign(tmp_path, "server", HERE)):
        authority.file.unlink()
        said = f"there is no file {authority.file} with the authorities to trust: put it there, or name it"
        assert said in fault(trusting(postgres_url, authority))


def test_a_server_that_asks_for_tls_is_understood(
    postgres_url: str, postgres_server: Server, authority: Authority, tmp_path: Path
) -> None:
    """RDS does it by `rds.force_ssl`: who comes without is told what to add to the URL."""
    rules = ["host all insiders 127.0.0.1/32 trust", "host all all 127.0.0.1/32 reject"]
    rules.insert(1, "hostssl all all 127.0.0.1/32 trust")
    with speaking_tls(postgres_server, *authority.sign(tmp_path, "server", HERE), rules=rules):
        administer(postgres_server, "CREATE ROLE shop_plain LOGIN")
        try:
            plain = sa.make_url(postgres_url).set(username="shop_plain").update_query_dict({"sslmode": "disable"})
            said = fault(plain.render_as_string(hide_password=False))
        finally:
            administer(postgres_server, "DROP ROLE shop_plain")
    assert "takes no connection without TLS: say sslmode=verify-full&sslrootcert=FILE" in said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me@localhost/shop", None),
        ("postgresql://me@127.0.0.1/shop", None),
        ("postgresql://me@/shop?host=/run/postgresql", None),
        ("postgresql://me@db.example.com/shop?sslmode=verify-full", None),
        ("postgresql://me@database/shop?sslmode=disable", None),
        ("postgresql://me@db.example.com/shop", "may travel to db.example.com without TLS"),
        ("postgresql://me@10.0.0.7/shop?sslmode=prefer", "may travel to 10.0.0.7 without TLS"),
        ("postgresql://me@db.example.com/shop?sslmode=require", "sslmode=require believes any certificate"),
        ("postgresql://me@db.example.com/shop?sslmode=verify-ca", "believes a certificate for any host"),
    ],
)
def test_a_way_that_is_not_safe_is_remarked(url: str, said: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server elsewhere is to show who it is; who does without has to say so."""
    monkeypatch.delenv("PGSSLMODE", raising=False)
    found = tls.remark(sa.make_url(url))
    assert (found is None) if said is None else (said in (found or ""))
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert tls.remark(sa.make_url("postgresql://me@db.example.com/shop")) is None
