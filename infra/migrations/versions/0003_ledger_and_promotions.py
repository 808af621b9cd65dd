"""The ledger's lines, and every promotion as a row of its own, from which the pointer follows.

`ledger` holds a copy of each line of the ledgers that deliver here; `promotions` says, in one order for the whole
database, which run went live or came back, and what its gates said. The database itself moves the pointer
`published_runs` and writes `membership_changes` when a row arrives in `promotions`, and refuses one that cannot be:
so there is no other way to go live, and no way to go live by half.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RUN_SUCCEEDED = "SELECT 1 FROM runs WHERE run_id = NEW.run_id AND pipeline = NEW.pipeline AND status = 'succeeded'"
REFUSALS = {
    "promotions are numbered in their order": (
        "NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM promotions)"  # one order for the whole database
    ),
    "another run is current than the one to be replaced": (
        "COALESCE(NEW.previous_run_id, '') <> "
        "COALESCE((SELECT run_id FROM published_runs WHERE pipeline = NEW.pipeline), '')"
    ),
    "the run is current already": "NEW.run_id = NEW.previous_run_id",
    "only a run of the pipeline that succeeded goes live": f"NOT EXISTS ({RUN_SUCCEEDED})",
    "only a run that was live can come back": (
        "NEW.kind = 'rolled_back' AND NOT EXISTS "
        "(SELECT 1 FROM promotions WHERE pipeline = NEW.pipeline AND run_id = NEW.run_id)"
    ),
}
"""What a new row of `promotions` is refused for: the words, and the condition in the SQL of both databases."""
NO_DEMO = {"generated data never go live": "EXISTS (SELECT 1 FROM runs WHERE run_id = NEW.run_id AND synthetic)"}
FOLLOW = (
    """
    INSERT INTO published_runs (pipeline, run_id, since, published_by, promotion)
    VALUES (NEW.pipeline, NEW.run_id, NEW.at, NEW.by_whom, NEW.number)
    ON CONFLICT (pipeline) DO UPDATE SET run_id = excluded.run_id, since = excluded.since,
        published_by = excluded.published_by, promotion = excluded.promotion;
    """,
    """
    INSERT INTO membership_changes (run_id, customer_id, change, why, previous_run_id)
    SELECT after.run_id, after.customer_id, 'entered', after.why, NEW.previous_run_id
    FROM customers AS after
    LEFT JOIN customers AS before
        ON before.run_id = NEW.previous_run_id AND before.customer_id = after.customer_id
    WHERE after.run_id = NEW.run_id AND NEW.previous_run_id IS NOT NULL
        AND after.is_insider AND NOT COALESCE(before.is_insider, FALSE)
    UNION ALL
    SELECT NEW.run_id, before.customer_id, 'left', COALESCE(after.why, 'not among the customers of this run'),
        before.run_id
    FROM customers AS before
    LEFT JOIN customers AS after ON after.run_id = NEW.run_id AND after.customer_id = before.customer_id
    WHERE before.run_id = NEW.previous_run_id AND before.is_insider AND NOT COALESCE(after.is_insider, FALSE)
    ON CONFLICT DO NOTHING;
    """,
)
"""What a new row of `promotions` brings about. The change from one run to another is always the same rows."""
TURN = """
    CREATE FUNCTION promotion_turn() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp
    AS $$ BEGIN LOCK TABLE published_runs IN SHARE ROW EXCLUSIVE MODE; END $$
"""
"""Waits until no other promotion is under way, and keeps others waiting until the transaction ends. Readers go on."""
APPROVAL = """
    UPDATE runs SET approved_by = (
        SELECT CASE WHEN verdict.event = 'approved' THEN verdict.who END
        FROM ledger AS verdict
        WHERE verdict.run_id = runs.run_id AND verdict.digest = runs.digest
            AND verdict.event IN ('approved', 'rejected')
        ORDER BY verdict.at DESC, verdict.number DESC LIMIT 1
    )
    WHERE run_id = NEW.run_id;
"""
"""Who approved a run, by the newest word on the run as it is."""
FIRST_PROMOTIONS = """
    INSERT INTO promotions (number, pipeline, run_id, previous_run_id, kind, at, by_whom, gates)
    SELECT ROW_NUMBER() OVER (ORDER BY p.since, p.pipeline), p.pipeline, p.run_id,
        (SELECT MAX(m.previous_run_id) FROM membership_changes AS m WHERE m.run_id = p.run_id),
        'promoted', p.since, p.published_by, '[]'
    FROM published_runs AS p
"""
CHANGES_VIEW = """
    CREATE VIEW current_membership_changes AS
    SELECT t.run_id, t.customer_id, t.change, t.why, t.previous_run_id, p.pipeline
    FROM membership_changes AS t
    JOIN published_runs AS p ON p.run_id = t.run_id
    JOIN promotions AS m ON m.number = p.promotion AND m.previous_run_id = t.previous_run_id
"""


def upgrade() -> None:
    """Make the two tables; what is current now becomes the first promotions."""
    op.create_table(
        "ledger",
        sa.Column("ledger", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text),
        # No foreign key: a run's first lines are written before anything else is known of it.
        sa.Column("run_id", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ledger", "number"),
    )
    op.create_index("ledger_run_id", "ledger", ["run_id"])
    op.create_table(
        "promotions",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False),
        sa.Column("previous_run_id", sa.Text, sa.ForeignKey("runs.run_id")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by_whom", sa.Text, nullable=False),
        sa.Column("gates", sa.JSON, nullable=False),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("number"),
        sa.CheckConstraint("kind IN ('promoted', 'rolled_back')", name="promotions_kind"),
    )
    op.execute(FIRST_PROMOTIONS)
    op.add_column("published_runs", sa.Column("promotion", sa.BigInteger))
    op.execute(
        "UPDATE published_runs SET promotion = "
        "(SELECT number FROM promotions WHERE promotions.pipeline = published_runs.pipeline)"
    )
    op.execute("DROP VIEW current_membership_changes")
    _key_changes(["run_id", "previous_run_id", "customer_id"])
    op.execute(CHANGES_VIEW)
    if op.get_bind().dialect.name == "postgresql":
        _postgres_triggers()
    else:
        _sqlite_triggers()


def downgrade() -> None:
    """Forget the lines and the promotions; a run's changes stay once, against the latest run that it followed."""
    for name in ("promotions_refuse", "promotions_follow", "ledger_approval", "runs_approval"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION {name} CASCADE")
        else:
            op.execute(f"DROP TRIGGER {name}")
            op.execute(f"DROP TRIGGER IF EXISTS {name}_late")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION promotion_turn")
    op.execute("DROP VIEW current_membership_changes")
    op.execute(
        "DELETE FROM membership_changes WHERE previous_run_id <> "
        "(SELECT MAX(m.previous_run_id) FROM membership_changes AS m WHERE m.run_id = membership_changes.run_id)"
    )
    _key_changes(["run_id", "customer_id"])
    op.execute(
        "CREATE VIEW current_membership_changes AS SELECT t.*, p.pipeline FROM membership_changes AS t "
        "JOIN published_runs AS p ON p.run_id = t.run_id"
    )
    op.drop_column("published_runs", "promotion")
    op.drop_table("promotions")
    op.drop_table("ledger")


def _key_changes(key: list[str]) -> None:
    """Give `membership_changes` another key; SQLite has to make the table anew for that."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE membership_changes DROP CONSTRAINT membership_changes_pkey")
        op.create_primary_key("membership_changes_pkey", "membership_changes", key)
        return
    op.rename_table("membership_changes", "membership_changes_before")
    op.create_table(
        "membership_changes",
        sa.Column("run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("previous_run_id", sa.Text, sa.ForeignKey("runs.run_id"), nullable=False),
        sa.PrimaryKeyConstraint(*key),
        sa.CheckConstraint("change IN ('entered', 'left')", name="membership_changes_change"),
    )
    op.execute("INSERT INTO membership_changes SELECT * FROM membership_changes_before")
    op.drop_table("membership_changes_before")


def _postgres_triggers() -> None:
    """What follows is done with the rights of the owner, whoever the row comes from; names are looked up here only."""
    refusals = "".join(
        f"IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; END IF;\n"
        for words, condition in {**REFUSALS, **NO_DEMO}.items()
    )
    _function("promotions_refuse", refusals, "BEFORE INSERT ON promotions")
    _function("promotions_follow", "".join(FOLLOW), "AFTER INSERT ON promotions")
    verdicts = "WHEN (NEW.event IN ('approved', 'rejected'))"
    _function("ledger_approval", APPROVAL, "AFTER INSERT ON ledger", verdicts)
    _function("runs_approval", APPROVAL, "AFTER INSERT OR UPDATE OF digest ON runs", "WHEN (NEW.digest IS NOT NULL)")
    op.execute(TURN.format(schema=_schema()))
    op.execute("REVOKE ALL ON FUNCTION promotion_turn() FROM PUBLIC")


def _schema() -> str:
    return str(op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())")))


def _function(name: str, body: str, occasion: str, condition: str = "") -> None:
    op.execute(
        sa.text(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = {_schema()}, pg_temp AS $$ BEGIN {body} RETURN NEW; END $$"
        )
    )
    op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
    op.execute(f"CREATE TRIGGER {name} {occasion} FOR EACH ROW {condition} EXECUTE FUNCTION {name}()")


def _sqlite_triggers() -> None:
    refusals = "".join(f"SELECT RAISE(ABORT, '{words}') WHERE {condition};\n" for words, condition in REFUSALS.items())
    finished = "WHEN NEW.digest IS NOT NULL"
    for head, body in {
        "promotions_refuse BEFORE INSERT ON promotions": refusals,
        "promotions_follow AFTER INSERT ON promotions": "".join(FOLLOW),
        "ledger_approval AFTER INSERT ON ledger WHEN NEW.event IN ('approved', 'rejected')": APPROVAL,
        f"runs_approval AFTER INSERT ON runs {finished}": APPROVAL,
        f"runs_approval_late AFTER UPDATE OF digest ON runs {finished}": APPROVAL,
    }.items():
        op.execute(f"CREATE TRIGGER {head} BEGIN {body} END")
