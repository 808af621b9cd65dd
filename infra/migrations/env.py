"""Runs the migrations: on the connection that the runner hands over, or on the settings' database for `alembic`."""

from __future__ import annotations

from alembic import context

from runner import settings
from runner.tables import database

connection = context.config.attributes.get("connection")

if context.is_offline_mode():
    context.configure(url=settings.load().database_url, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif connection is not None:
    context.configure(connection=connection)
    context.run_migrations()
else:
    with database.engine(settings.load().database_url).begin() as connection:
        context.configure(connection=connection)
        context.run_migrations()
