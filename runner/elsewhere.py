"""What hosts that share the database know of each other's runs."""

from __future__ import annotations

from runner.errors import RunnerError
from runner.records.record import RunRecord
from runner.settings import Settings
from runner.tables import database, run_rows
from runner.tables.run_rows import RunRow


def row(record: RunRecord) -> RunRow:
    """The run as the database keeps it while it is under way."""
    origin = record.provenance
    return RunRow(
        run_id=record.run_id,
        pipeline=record.pipeline,
        status=record.status,
        started_at=record.started,
        logical_date=record.logical_date,
        plan_digest=record.identity,
        git_commit=origin["git"]["commit"],
        host=origin["host"],
        username=origin["user"],
    )


def earlier(record: RunRecord, settings: Settings) -> str | None:
    """The id of a run that succeeded and is the same as this one, made by any of them."""
    engine = database.engine(settings.database_url)
    try:
        # Taking the lock has brought the tables up to date.
        return run_rows.earlier(engine, record.pipeline, record.logical_date, record.identity or "")
    except RunnerError:
        return None  # what the database cannot say now must not keep a run from being made
    finally:
        engine.dispose()
