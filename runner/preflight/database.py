"""What is found of the database: whether it answers, over TLS that can be trusted, and lets the login do its work."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from runner.errors import RunnerError
from runner.preflight import privileges
from runner.preflight.findings import Finding
from runner.promotion.promote import PUBLISHED
from runner.settings import Settings, masked
from runner.tables import database, revisions, tls

REMEDIES = {
    "permission denied for database": "let its owner say GRANT CONNECT ON DATABASE … TO the login",
    "password authentication failed": "INSIDERS_DATABASE_URL holds another password than the server",
}
"""What to do about what the server says."""
_FACTS = f"""
SELECT current_user AS login, current_database() AS name, quote_ident(current_user) AS quoted,
    pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS reads_only,
    COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_make,
    to_regclass('{PUBLISHED.name}') IS NOT NULL AS visible, n.nspname AS room,
    COALESCE(has_schema_privilege(n.oid, 'USAGE'), TRUE) AS may_enter,
    COALESCE(has_table_privilege(to_regclass('{privileges.VERSION}')::oid, 'SELECT'), FALSE) AS may_look,
    COALESCE(pg_has_role(t.relowner, 'USAGE'), FALSE) AS owns, pg_get_userbyid(t.relowner) AS owner,
    r.oid IS NOT NULL AS role_is_there, COALESCE(pg_has_role(r.oid, 'USAGE'), FALSE) AS has_role
FROM (SELECT 1) AS one
LEFT JOIN pg_class AS t ON t.relname = '{PUBLISHED.name}' AND t.relkind = 'r'
LEFT JOIN pg_namespace AS n ON n.oid = t.relnamespace
LEFT JOIN pg_roles AS r ON r.rolname = '{privileges.ROLE}'
ORDER BY t.oid IS NOT DISTINCT FROM to_regclass('{PUBLISHED.name}')::oid DESC LIMIT 1
"""  # noqa: S608 - names of ours


def of_database(settings: Settings) -> Finding:
    """A server must answer and let the login read and write; a file of SQLite that is missing will be made."""
    subject, url = "database", settings.database_url
    path = Path(url.removeprefix("sqlite:///").partition("?")[0])
    if url.startswith("sqlite:///") and not path.exists():
        return Finding(subject, detail=f"{url}, to be made")
    engine = database.engine(url)
    try:
        if engine.dialect.name == "sqlite":
            database.ping(engine)
            return Finding(subject, detail=masked(url))
        fault = database.transact(engine, _fault)
    except RunnerError as error:
        return Finding(subject, tls.explained(engine.url, str(error)) or _with_remedy(str(error)))
    finally:
        engine.dispose()
    return Finding(subject, fault, detail=masked(url), remark=tls.remark(engine.url))


def _with_remedy(said: str) -> str:
    remedy = next((told for words, told in REMEDIES.items() if words in said), None)
    return f"{said}; {remedy}" if remedy else said


def _fault(connection: sa.Connection) -> str | None:
    """What keeps the login from delivering a run, and who is to do what about it."""
    facts = connection.execute(sa.text(_FACTS)).one()
    if facts.standby or facts.reads_only:
        return (
            f"{facts.name} can only be read{' (the server is a standby)' if facts.standby else ''}: "
            "let INSIDERS_DATABASE_URL lead to the server that is written to"
        )
    if not facts.visible and facts.may_make:
        return None
    if not facts.may_enter:
        return f"{facts.login} lacks USAGE on the schema {facts.room}: {_remedy(facts)}"
    if not facts.visible:
        lacking = f"the tables are not there, and {facts.login} may not make them"
        return f"{lacking}: let their owner run `alembic upgrade head`"
    return _of_revision(connection, facts) if facts.may_look else _of_rights(connection, facts)


def _of_revision(connection: sa.Connection, facts: sa.Row) -> str | None:
    found, known = revisions.current(connection), revisions.known()
    if found == known[0]:
        return _of_rights(connection, facts)
    if found not in known:
        return f"its tables are at revision {found}, which this checkout does not know: update the checkout"
    if facts.owns:
        return None
    return (
        f"its tables are at revision {found}, this checkout needs {known[0]}, and {facts.login} may not change them: "
        f"let their owner {facts.owner} run `alembic upgrade head`"
    )


def _of_rights(connection: sa.Connection, facts: sa.Row) -> str | None:
    lacking = privileges.missing(connection)
    return f"{facts.login} lacks {privileges.told(lacking)}: {_remedy(facts)}" if lacking else None


def _remedy(facts: sa.Row) -> str:
    """How the login gets its rights: by the role, which the owner of the tables gives its own."""
    if facts.has_role:
        return f"let the owner of the tables, {facts.owner}, say SELECT insiders_grants()"
    grant = f"GRANT {privileges.ROLE} TO {facts.quoted}"
    if facts.role_is_there:
        return f"let an administrator say {grant}"
    return f"let an administrator run infra/sql/roles.sql, and say {grant}"
