"""What the tests of delivery share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from runner.delivery import database


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine of a database with all tables, once on SQLite and once on PostgreSQL."""
    made = database.engine(database_url)
    database.migrate(made)
    yield made
    made.dispose()
