"""Whether a release and the tables of the database go together, before a host is moved to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from infra.host import candidate
from runner.settings import Settings
from runner.tables import database

NEWEST = "UPDATE alembic_version SET version_num = '{}'"


def settings_of(url: str, folder: Path) -> Settings:
    """Settings with a database, and nothing else."""
    return Settings(checkout=folder, output=folder, database_url=url)


def say(url: str, statement: str) -> None:
    """Say something to the database as whoever the URL names."""
    engine = database.engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def test_tables_that_are_up_to_date_are_no_fault(owner_url: str, publisher_url: str, tmp_path: Path) -> None:
    """Neither for their owner nor for who only publishes."""
    assert candidate.tables(settings_of(owner_url, tmp_path)) is None
    assert candidate.tables(settings_of(publisher_url, tmp_path)) is None


def test_older_tables_are_a_fault_for_who_may_not_change_them(
    owner_url: str, publisher_url: str, tmp_path: Path
) -> None:
    """The publisher is told what the owner is to do; the owner's first run does it."""
    say(owner_url, NEWEST.format("0007"))
    said = candidate.tables(settings_of(publisher_url, tmp_path)) or ""
    assert "at revision 0007" in said
    assert ".venv/bin/alembic upgrade head" in said
    assert candidate.tables(settings_of(owner_url, tmp_path)) is None


@pytest.mark.parametrize("login", ["owner_url", "publisher_url"])
def test_newer_tables_are_a_fault_for_everybody(
    owner_url: str, login: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A roll-back past a migration is refused, with the ways out."""
    say(owner_url, NEWEST.format("9999"))
    said = candidate.tables(settings_of(request.getfixturevalue(login), tmp_path)) or ""
    assert "at revision 9999, which is newer than this release" in said
    assert ".venv/bin/alembic downgrade 0" in said


def test_no_tables_yet(postgres_url: str, tmp_path: Path) -> None:
    """An empty database is made by who may; SQLite's file by anybody."""
    assert candidate.tables(settings_of(postgres_url, tmp_path)) is None
    assert candidate.tables(settings_of(f"sqlite:///{tmp_path}/none.db", tmp_path)) is None
    assert not (tmp_path / "none.db").exists()
