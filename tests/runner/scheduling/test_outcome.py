"""What came of a scheduled run, and who tells of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.outcomes import Status
from runner.records import archive
from runner.records.identifiers import new_run_id
from runner.scheduling import outcome
from runner.scheduling.errand import Done
from runner.settings import Settings
from tests.runner.runs import a_record, a_step, settings

BEGAN = datetime(2026, 11, 15, 4, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    """An installation without runs."""
    return settings(tmp_path, "sqlite:///x.db")


def a_run(places: Settings, status: Status, **facts: Any) -> str:
    """A run that the command made."""
    folder = archive.make_folder(places.output, "monthly", new_run_id())
    facts = {"started": BEGAN + timedelta(seconds=2), "run_id": folder.name, "pipeline": "monthly", **facts}
    record = a_record(a_step(status=status), **facts).ended(status, None if status.good else "a, cell 3: KeyError")
    archive.Manifest(folder).write(record)
    return folder.name


def told(places: Settings, status: int) -> tuple[str, str | None, str | None]:
    """The line, and kind and run of the event."""
    line, event = outcome.of_run(places, "monthly", Done(BEGAN, status, "the last line"))
    return line, event.kind if event else None, event.run_id if event else None


def test_what_a_record_tells_is_told_by_it(places: Settings) -> None:
    """The reason is the line; the event comes from the record, so that it is told once."""
    a_run(places, Status.FAILED)
    assert told(places, 1) == ("a, cell 3: KeyError", None, None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(2, "refused"), (3, "refused"), (7, "pending"), (8, "damaged"), (1, "failed"), (137, "stopped")],
)
def test_what_no_record_tells_is_an_event(places: Settings, status: int, kind: str) -> None:
    """A refusal before the first cell, a delivery that is pending, damage, a crash, a kill."""
    assert told(places, status) == ("the last line", kind, None)


def test_a_run_that_succeeded_and_did_not_go_live_is_an_event(places: Settings) -> None:
    """Its gate failed, and the pipeline wants its runs to fail then; a run of last month is another one."""
    run_id = a_run(places, Status.SUCCEEDED)
    assert told(places, 1) == ("the last line", "staged", run_id)
    assert told(places, 0) == ("the last line", None, None)
    old = settings(places.output.parent / "old", "sqlite:///x.db")
    a_run(old, Status.SUCCEEDED, started=BEGAN - timedelta(days=31))
    assert told(old, 1) == ("the last line", "failed", None)


def test_a_run_under_way_is_no_news(places: Settings) -> None:
    """Another one holds the lock, and does the work; the look at noon says if it does not."""
    a_run(places, Status.SKIPPED)
    assert told(places, 4)[1] is None
