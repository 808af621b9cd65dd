"""The dead-man switch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.delivery import state
from runner.delivery.state import State
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.outcomes import Status
from runner.reading.pipeline import Pipeline
from runner.records import archive
from runner.records.identifiers import new_run_id
from runner.scheduling import expected
from runner.scheduling.expected import Verdict
from runner.scheduling.timetable import Timetable
from runner.settings import Settings
from runner.tables import database
from runner.tables.run_rows import write_run
from tests.runner.runs import a_record, a_step, run_row, settings

TABLE = Timetable("0 4 15 * *", "UTC")
DUE = datetime(2026, 11, 15, 4, tzinfo=UTC)
LATER = DUE + timedelta(hours=8)


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    """An installation without runs."""
    return settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")


def asked(**more: Any) -> Pipeline:
    """A pipeline whose results go live by themselves."""
    facts = {"name": "monthly", "promote": "automatic", "steps": [{"name": "a", "notebook": "a.ipynb"}], **more}
    return Pipeline.model_validate(facts)


def a_run(
    places: Settings, status: Status = Status.SUCCEEDED, *, began: datetime = DUE, live: bool = True, **facts: Any
) -> str:
    """A run that began then and ended so."""
    folder = archive.make_folder(places.output, "monthly", new_run_id())
    facts = {"started": began, "logical_date": began.date(), "run_id": folder.name, "pipeline": "monthly", **facts}
    record = a_record(a_step(status=status), **facts)
    if status is not Status.RUNNING:
        record = record.ended(status, None if status.good else "a, cell 3: KeyError")
    archive.Manifest(folder).write(record)
    if live and status.good:
        Book.of(places).append(Event.PROMOTED, pipeline="monthly", run_id=folder.name)
    return folder.name


def look(places: Settings, now: datetime = LATER, pipeline: Pipeline | None = None, **more: Any) -> Verdict:
    return expected.look(places, pipeline or asked(), TABLE, now, **more)


def told(verdict: Verdict) -> tuple[int, str | None]:
    """Exit status and kind."""
    return int(verdict.exit_status), verdict.kind


def test_a_run_that_went_live_is_good(places: Settings) -> None:
    """Also one that was made later than it was due, and one made before for that day."""
    run_id = a_run(places, began=DUE + timedelta(days=2))
    assert look(places, DUE + timedelta(days=3)) == Verdict(
        f"monthly: the run for 2026-11-15 04:00 UTC succeeded and went live: {run_id}", look(places).exit_status,
        DUE, run_id,
    )  # fmt: skip
    before = a_run(places, began=DUE + timedelta(days=30) - timedelta(hours=2))
    assert look(places, DUE + timedelta(days=31)).run_id == before


def test_a_missed_run_is_told(places: Settings) -> None:
    """A run of the month before does not count; nor does one of another pipeline, nor a repetition."""
    a_run(places, began=DUE - timedelta(days=31))
    a_run(places, began=DUE + timedelta(hours=1), parent={"repeated": "x"})
    verdict = look(places)
    assert told(verdict) == (3, "missed")
    assert verdict.line == (
        "monthly: there is no run for 2026-11-15 04:00 UTC, 04:00 on day 15 of every month, UTC: it was missed"
    )


@pytest.mark.parametrize(
    ("status", "exit_status", "kind"),
    [
        (Status.FAILED, 1, "failed"),
        (Status.TIMED_OUT, 5, "failed"),
        (Status.OUT_OF_MEMORY, 6, "failed"),
        (Status.LOST, 1, "lost"),
        (Status.CANCELLED, 130, "failed"),
        (Status.SKIPPED, 4, "skipped"),
    ],
)
def test_a_run_that_went_wrong_is_told(places: Settings, status: Status, exit_status: int, kind: str) -> None:
    """With its reason and its own exit status; a later one that is good makes up for it."""
    run_id = a_run(places, status)
    verdict = look(places)
    assert told(verdict) == (exit_status, kind)
    assert run_id in verdict.line or status is Status.SKIPPED
    assert "a, cell 3: KeyError" in verdict.line
    a_run(places, began=DUE + timedelta(hours=5))
    assert told(look(places)) == (0, None)


def test_a_run_under_way_has_its_time(places: Settings) -> None:
    """Until its grace is over it is awaited; then it is late. The pipeline may set the grace by its own limit."""
    own = {"pid": 1, "process_started": 0, "host": "another", "git": {"commit": None}, "user": "cron"}
    a_run(places, began=DUE - timedelta(days=31))
    a_run(places, Status.RUNNING, provenance=own)
    assert told(look(places, DUE + timedelta(hours=1))) == (0, None)
    assert "is awaited until 2026-11-15 10:00" in look(places, DUE + timedelta(hours=1)).line
    assert told(look(places, DUE + timedelta(hours=7))) == (5, "late")
    assert told(look(places, DUE + timedelta(hours=1), asked(timeout_minutes=30))) == (5, "late")
    assert told(look(places, DUE + timedelta(hours=7), grace_minutes=480)) == (0, None)


def test_while_one_is_awaited_the_one_before_counts(places: Settings) -> None:
    """A month that was missed is not forgotten on the morning of the next one."""
    verdict = look(places, DUE + timedelta(minutes=5))
    assert told(verdict) == (3, "missed")
    assert "2026-10-15" in verdict.line
    assert told(look(places, DUE + timedelta(minutes=5), since=date(2026, 10, 16))) == (0, None)


def test_nothing_is_expected_before_it_was_installed(places: Settings) -> None:
    """The time that had passed when the entry was made is nobody's fault."""
    assert told(look(places, since=date(2026, 11, 16))) == (0, None)
    assert told(look(places, since=date(2026, 11, 15))) == (3, "missed")


def test_what_did_not_go_live_is_told(places: Settings) -> None:
    """A gate, an approval, a part of a run, a delivery that is pending; a pipeline that asks for no more is content."""
    run_id = a_run(places, live=False)
    assert told(look(places)) == (1, "staged")
    assert told(look(places, pipeline=asked(promote="manual"))) == (0, None)
    room = state.folder_of(places.output, run_id)
    state.save(room, State(run=run_row(places.output / "monthly" / run_id), run_folder=f"monthly/{run_id}"))
    assert told(look(places)) == (7, "pending")


def test_a_run_of_another_host_counts(places: Settings) -> None:
    """The database that hosts share knows of it; a database that is away is said beside what is known here."""
    engine = database.engine(places.database_url)
    database.migrate(engine)
    row = run_row(places.output / "monthly" / new_run_id(), status="succeeded")
    row = row.model_copy(update={"started_at": DUE + timedelta(minutes=1)})
    database.transact(engine, lambda connection: write_run(connection, row))
    engine.dispose()
    assert told(look(places)) == (3, "missed")
    verdict = look(places, pipeline=asked(promote="manual"))
    assert (verdict.run_id, "by another host" in verdict.line) == (row.run_id, True)
    broken = settings(places.output, "postgresql+psycopg2://nobody@127.0.0.1:1/x")
    assert "it was missed (the database postgresql" in look(broken).line


def test_the_same_verdict_is_the_same_event(places: Settings) -> None:
    """A missed time is one event, a run that failed is the event that its record tells of; what is good is none."""
    one, other = (expected.event_of(places, asked(), look(places, LATER + timedelta(days=day))) for day in (0, 1))
    assert one is not None
    assert other is not None
    assert (one.key, one.kind) == (other.key, "missed") == ("monthly-20261115T0400Z-missed", "missed")
    run_id = a_run(places, Status.FAILED)
    failed = expected.event_of(places, asked(), look(places))
    assert failed is not None
    assert failed.key == run_id
    a_run(places)
    assert expected.event_of(places, asked(), look(places)) is None
