"""Locks of pipelines, and the plan that a run followed.

`pipeline_locks` has a row for each time that a run took the lock of its pipeline; the row with the highest fence is
that of the latest holder. A row is kept for good: it tells a run that was thought dead who took over, and when.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of locks; runs from before have no digest of their plan."""
    op.create_table(
        "pipeline_locks",
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        # No foreign key: the lock is taken before anything is known of the run.
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.PrimaryKeyConstraint("pipeline", "fence"),
    )
    op.add_column("runs", sa.Column("plan_digest", sa.Text))


def downgrade() -> None:
    """Forget locks and digests of plans."""
    op.drop_column("runs", "plan_digest")
    op.drop_table("pipeline_locks")
