"""What is written stays: facts are only ever added, the row of a run that has ended is final, and so on both databases.

Whoever owns the tables can take the triggers away, which nobody does by mistake; privileges (0005) keep out the others.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED_TO = (
    "ledger",
    "promotions",
    "membership_changes",
    "deliveries",
    "metrics",
    "customers",
    "segments",
    "forecasts",
    "model_scores",
    "answers",
)
"""Tables whose rows are never changed and never removed."""
NEVER_REMOVED = ("runs", "published_runs")
FINAL = (
    "run_id",
    "pipeline",
    "status",
    "logical_date",
    "started_at",
    "finished_at",
    "digest",
    "source",
    "source_sha256",
    "git_commit",
    "host",
    "username",
    "plan_digest",
)
"""What the row of a run that has ended keeps. Who approved it may be said later; and data turn out to be generated,
never the other way round."""
ALWAYS = ("run_id", "pipeline", "started_at")
LOCK = ("pipeline", "fence", "run_id", "host", "pid", "username", "since")


def _differs(columns: tuple[str, ...], postgres: bool) -> str:
    word = "IS DISTINCT FROM" if postgres else "IS NOT"
    return " OR ".join(f'NEW."{name}" {word} OLD."{name}"' for name in columns)


def _refusals(postgres: bool) -> dict[str, tuple[str, str, str]]:
    """The triggers on single rows: occasion, condition and words, by name."""
    newest = (
        "SELECT 1 FROM promotions WHERE number = NEW.promotion AND pipeline = NEW.pipeline AND run_id = NEW.run_id "
        "AND number = (SELECT MAX(number) FROM promotions WHERE pipeline = NEW.pipeline)"
    )
    ended = f"OLD.status <> 'running' AND ({_differs(FINAL, postgres)} OR (OLD.synthetic AND NOT NEW.synthetic))"
    lock = f"OLD.ended_at IS NOT NULL OR {_differs(LOCK, postgres)}"
    return {
        "runs_final": ("UPDATE ON runs", ended, "the run has ended, and what is said of it is final"),
        "runs_same": ("UPDATE ON runs", _differs(ALWAYS, postgres), "a run stays the run that it is"),
        "locks_final": ("UPDATE ON pipeline_locks", lock, "a lock that was taken stays as it was, and ends once"),
        "pointer_follows": ("UPDATE ON published_runs", f"NOT EXISTS ({newest})", "the pointer follows promotions"),
        "pointer_begins": ("INSERT ON published_runs", f"NOT EXISTS ({newest})", "the pointer follows promotions"),
    }


def upgrade() -> None:
    """Set the triggers."""
    if op.get_bind().dialect.name == "postgresql":
        _postgres()
    else:
        _sqlite()


def downgrade() -> None:
    """Take the triggers away."""
    names = [*_refusals(postgres=False), *(f"{table}_{act}" for table, act in _forbidden())]
    if op.get_bind().dialect.name == "postgresql":
        for name in ("refuse_change", *_refusals(postgres=True)):
            op.execute(f"DROP FUNCTION {name} CASCADE")
    else:
        for name in names:
            op.execute(f"DROP TRIGGER {name}")


def _forbidden() -> list[tuple[str, str]]:
    """Which acts each table refuses altogether."""
    acts = [(table, act) for table in ADDED_TO for act in ("update", "delete")]
    return acts + [(table, "delete") for table in NEVER_REMOVED]


def _words(table: str, act: str) -> str:
    return f"{table} is only ever added to" if act == "update" else f"nothing is ever removed from {table}"


def _postgres() -> None:
    op.execute(
        sa.text(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS "
            "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    )
    for table, act in _forbidden():
        acts = f"{act} OR TRUNCATE" if act == "delete" else act
        op.execute(
            f"CREATE TRIGGER {table}_{act} BEFORE {acts} ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION refuse_change('{_words(table, act)}')"
        )
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    for name, (occasion, condition, words) in _refusals(postgres=True).items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema}, pg_temp "
            f"AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {occasion} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _sqlite() -> None:
    for table, act in _forbidden():
        refuse = f"SELECT RAISE(ABORT, '{_words(table, act)}')"
        op.execute(f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} BEGIN {refuse}; END")
    for name, (occasion, condition, words) in _refusals(postgres=False).items():
        refuse = f"SELECT RAISE(ABORT, '{words}') WHERE {condition}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {occasion} BEGIN {refuse}; END")
