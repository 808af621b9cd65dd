"""Settings of an installation and rows of runs, for the tests of the runner; without pandas, so quick to import."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.delivery.run_rows import RunRow
from runner.settings import Settings


def run_row(run_folder: Path, *, status: str = "running", hour: int = 4, **facts: Any) -> RunRow:
    """The row of the run whose folder this is, started on the 15th at `hour`."""
    started = datetime(2026, 1, 15, hour, tzinfo=UTC)
    facts = {"username": "cron", "host": "shop-1", **facts}
    return RunRow(run_id=run_folder.name, pipeline=run_folder.parent.name, status=status, started_at=started, **facts)


def settings(folder: str | Path, database_url: str, **places: Any) -> Settings:
    """Settings of an installation below `folder`."""
    root = Path(folder)
    return Settings(checkout=root, output=root / "output_notebooks", database_url=database_url, **places)
