"""Judges a release, by itself, with the settings that it is to have: before anything is switched to it.

    RELEASE/.venv/bin/python RELEASE/infra/host/candidate.py FOLDER PIPELINE

It says what `runner check PIPELINE` says with the settings of FOLDER/.env, and where all is well, whether the tables of
the database are those that the release knows. Exit status: 0; 2 where a setting is wrong, 3 where a run is refused.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import sqlalchemy as sa

from runner import cli, settings
from runner.errors import RunnerError
from runner.outcomes import ExitStatus
from runner.settings import CHECKOUT, Settings
from runner.tables import database, revisions

_OWNS = "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = 'alembic_version'::regclass"


def main(folder: Path, pipeline: str) -> int:
    """Look at everything, and say what is wrong."""
    dotenv, _ = settings.read_dotenv(folder / ".env")
    os.environ.update(dotenv)  # over what the release's own `.env` says still
    if checked := cli.main(["check", pipeline]):
        return checked
    if said := tables(settings.load()):
        sys.stderr.write(f"tables: {said}\n")
        return ExitStatus.REFUSED
    return ExitStatus.SUCCEEDED


def tables(places: Settings) -> str | None:
    """What stands between the tables of the database and this release, and what to do; None where nothing does.

    Tables that are older are no fault where the login may change them: the first run does. A database that does not
    answer is `runner check`'s to tell.
    """
    known = revisions.known()
    newest = known[0]
    if (path := places.database_url.removeprefix("sqlite:///")) != places.database_url and not Path(path).exists():
        return None
    engine = database.engine(places.database_url)
    try:
        found, may = database.transact(engine, _state)
    except RunnerError:
        return None
    finally:
        engine.dispose()
    if found == newest:
        return None
    if found is not None and found not in known:
        return (
            f"they are at revision {found}, which is newer than this release ({newest}): it would deliver nothing. Stay"
            f" with a release that knows {found}, or let their owner take them back, in the newer release's folder and"
            f" after a backup, since rows can go with it: .venv/bin/alembic downgrade {newest}"
        )
    if may:
        return None
    return (
        f"they are {f'at revision {found}' if found else 'not there'}, this release needs {newest}, and this login may "
        f"not change them. Let their owner, with its login in INSIDERS_DATABASE_URL: cd {CHECKOUT} && "
        ".venv/bin/alembic upgrade head; then repeat this command"
    )


def _state(connection: sa.Connection) -> tuple[str | None, bool]:
    """The revision of the tables, and whether this login may change them."""
    found = revisions.current(connection)
    if connection.dialect.name != "postgresql":
        return found, True
    if found is None:
        return found, bool(connection.scalar(sa.text("SELECT has_schema_privilege('public', 'CREATE')")))
    return found, bool(connection.scalar(sa.text(_OWNS)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
