"""Days, weeks and months in the SQL of both databases."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest
import sqlalchemy as sa

from dashboard import database
from dashboard.queries.periods import GRANULARITIES, PeriodStart
from runner.tables import database as tables
from tests.dashboard import shop

DAYS = ("2024-01-01", "2024-02-29", "2024-12-29", "2024-12-30", "2025-01-05")
"""A Monday, a leap day, a Sunday, and both ends of a week over the new year."""
RULES = {"day": "D", "week": "W-SUN", "month": "M"}


def test_the_first_day_of_a_period_is_the_same_everywhere(database_url: str) -> None:
    """As pandas has it; weeks begin on Monday."""
    engine = tables.engine(database_url)
    tables.migrate(engine)
    for place, one in enumerate(DAYS):
        shop.run(engine, f"{place}", datetime.fromisoformat(one))
    looking = database.engine(database_url)
    column = sa.table("runs", sa.column("finished_at", sa.DateTime), sa.column("run_id")).c
    for granularity in GRANULARITIES:
        asked = sa.select(PeriodStart(column.finished_at, granularity).label("starts")).order_by(column.run_id)
        found = database.rows(looking, asked)["starts"]
        wanted = pd.to_datetime(pd.Series(DAYS)).dt.to_period(RULES[granularity]).dt.start_time
        assert pd.to_datetime(found).tolist() == wanted.tolist(), granularity
    engine.dispose()
    looking.dispose()


def test_there_is_no_other_granularity() -> None:
    """What is not known is no SQL either."""
    with pytest.raises(ValueError, match="is none of day, week, month"):
        PeriodStart(sa.column("date"), "year'); DROP TABLE runs; --")
