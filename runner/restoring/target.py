"""The database that is rebuilt: empty, or with rows of the same archive only, which are left as they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from runner.errors import UsageError, listed
from runner.promotion.promote import PROMOTIONS
from runner.restoring.succession import Succession
from runner.tables.ledger_rows import LEDGER
from runner.tables.run_rows import RUNS

MOST_NAMED = 5


def check(
    connection: sa.Connection, runs: Collection[str], ledgers: Collection[str], succession: Sequence[Succession]
) -> None:
    """Raise a `UsageError` that names the rows which are not of this archive: nothing is mixed or written over."""
    strangers = sorted(set(connection.execute(sa.select(RUNS.c.run_id)).scalars()) - set(runs))
    faults = [f"the run {name} is not in the archive" for name in strangers[:MOST_NAMED]]
    if len(strangers) > MOST_NAMED:
        faults.append(f"and so are {len(strangers) - MOST_NAMED:,} more runs")
    known = connection.execute(sa.select(LEDGER.c.ledger).distinct()).scalars()
    faults += [f"the ledger {name} is not in the archive" for name in sorted(set(known) - set(ledgers))]
    ours = {one.number: (one.pipeline, one.run_id, one.kind) for one in succession}
    for row in connection.execute(sa.select(PROMOTIONS).order_by(PROMOTIONS.c.number)):
        if ours.get(row.number) != (row.pipeline, row.run_id, row.kind):
            faults.append(f"its promotion {row.number} is another one: {row.run_id} of {row.pipeline}")
            break
    if faults:
        raise UsageError(listed("the database holds other rows; name an empty one:", faults))


def check_generated(generated: Collection[str]) -> None:
    """Raise a `UsageError` where a run of generated data was current: on PostgreSQL none ever is."""
    if generated:
        said = "runs of generated data were current, and PostgreSQL takes none; restore to SQLite instead:"
        raise UsageError(listed(said, generated))
