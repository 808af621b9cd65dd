"""What the tests of promotion share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.delivery import database
from runner.settings import Settings
from tests.runner import runs


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine of a database with all tables, once on SQLite and once on PostgreSQL."""
    made = database.engine(database_url)
    database.migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """An installation with that database."""
    return runs.settings(tmp_path, database_url)
