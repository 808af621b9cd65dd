"""Revisions of the tables: which one a database is at, and which ones this checkout can bring it to (Alembic)."""

from __future__ import annotations

from io import StringIO

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from runner.settings import CHECKOUT

MIGRATIONS = CHECKOUT / "infra" / "migrations"


def configuration() -> Config:
    """What Alembic has to know; what it says goes nowhere."""
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def current(connection: sa.Connection) -> str | None:
    """The revision that the tables are at; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def known() -> list[str]:
    """The revisions of this checkout, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()]
