"""Rows of runs: whether the same was run before."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runner.delivery import database
from runner.delivery.run_rows import earlier, write_run
from runner.records.identifiers import new_run_id
from tests.runner.runs import run_row

DAY = date(2026, 1, 15)
SAME: dict[str, Any] = {"status": "succeeded", "logical_date": DAY, "plan_digest": "p"}


def ran(engine: sa.Engine, hour: int, pipeline: str = "monthly", **facts: Any) -> str:
    """Write the row of a run, and return its id."""
    row = run_row(Path(pipeline) / new_run_id(), hour=hour, **{**SAME, **facts})
    database.transact(engine, lambda connection: write_run(connection, row))
    return row.run_id


def test_the_newest_run_of_the_same_is_found(engine: sa.Engine) -> None:
    """Of several that succeeded, the one that started last, whether asked for by engine or within a transaction."""
    newest = ran(engine, hour=6)
    ran(engine, hour=5)
    assert earlier(engine, "monthly", DAY, "p") == newest
    assert database.transact(engine, lambda connection: earlier(connection, "monthly", DAY, "p")) == newest


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "failed"},
        {"status": "running"},
        {"logical_date": date(2026, 2, 15)},
        {"logical_date": None},
        {"plan_digest": "q"},
        {"plan_digest": None},
        {"pipeline": "weekly"},
    ],
)
def test_what_is_not_the_same_is_not_found(engine: sa.Engine, facts: dict[str, Any]) -> None:
    """Another pipeline, date, plan or outcome is another run; so is one from before plans were kept."""
    ran(engine, **{"hour": 5, **facts})
    assert earlier(engine, "monthly", DAY, "p") is None
