"""Promotion: one pointer per pipeline, moved whole, and who entered and left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from insiders import handoff
from runner.delivery import database, fences
from runner.delivery.fences import TakenOverError
from runner.delivery.promote import promote
from runner.delivery.publication import Rows
from runner.delivery.run_rows import Metric, write_metrics, write_run
from runner.delivery.staging import stage
from runner.locking.holder import Holder
from runner.records import digests
from runner.settings import Settings
from tests import results
from tests.runner import runs


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return runs.settings(tmp_path, database_url)


def finished(
    engine: sa.Engine,
    settings: Settings,
    insiders: dict[str, bool] | None = None,
    *,
    tables: tuple[str, ...] = ("customers",),
    pipeline: str = "monthly",
    status: str = "succeeded",
    synthetic: bool = False,
    hour: int = 4,
    logical_date: date | None = None,
) -> str:
    """The id of a finished run whose tables are staged; `insiders` says of each customer whether it is one."""
    folder = results.run_folder(settings, pipeline=pipeline)
    chosen = insiders or {"1": True, "2": False}
    customers = results.rows("customers", len(chosen), customer_id=list(chosen), is_insider=list(chosen.values()))
    made = {"customers": customers, "segments": results.rows("segments")}

    def work(connection: sa.Connection) -> None:
        row = runs.run_row(folder, status=status, hour=hour, synthetic=synthetic, logical_date=logical_date)
        write_run(connection, row)
        for name in tables:
            path = handoff.write_result(folder, name, made[name])
            rows = Rows(name=name, file="results/x.parquet", rows=len(made[name]), sha256=digests.of_file(path))
            stage(connection, folder.name, "report", rows, path)

    database.transact(engine, work)
    return folder.name


def read(engine: sa.Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_the_first_promotion_makes_a_run_current(engine: sa.Engine, settings: Settings) -> None:
    """Staged rows are not current; promoted ones are, with their pipeline; and a first run has no changes."""
    run = finished(engine, settings)
    assert read(engine, "SELECT * FROM current_customers") == []
    assert promote(engine, run, "monthly", "cron").promoted
    assert read(engine, "SELECT run_id, customer_id, pipeline FROM current_customers ORDER BY customer_id") == [
        (run, "1", "monthly"),
        (run, "2", "monthly"),
    ]
    assert read(engine, "SELECT pipeline, run_id, published_by FROM published_runs") == [("monthly", run, "cron")]
    assert read(engine, "SELECT run_id, status FROM current_runs") == [(run, "succeeded")]
    assert read(engine, "SELECT * FROM membership_changes") == []


def test_the_next_promotion_says_who_entered_and_who_left(engine: sa.Engine, settings: Settings) -> None:
    """Customers that become or cease to be Insiders are listed with the reason, those that stay are not."""
    before = finished(engine, settings, {"stays": True, "out": True, "gone": True, "in": False, "never": False})
    promote(engine, before, "monthly", "cron")
    after = finished(engine, settings, {"stays": True, "out": False, "in": True, "new": True, "never": False}, hour=5)
    assert promote(engine, after, "monthly", "cron").text.endswith("2 entered, 2 left")
    query = "SELECT run_id, customer_id, change, why, previous_run_id FROM current_membership_changes ORDER BY 2"
    assert read(engine, query) == [
        (after, "gone", "left", "not among the customers of this run", before),
        (after, "in", "entered", "why 2", before),
        (after, "new", "entered", "why 3", before),
        (after, "out", "left", "why 1", before),
    ]
    assert {row[0] for row in read(engine, "SELECT run_id FROM current_customers")} == {after}


def test_promoting_twice_changes_nothing(engine: sa.Engine, settings: Settings) -> None:
    """A promotion that is repeated is done already: pointer, time and changes stay."""
    first, second = finished(engine, settings), finished(engine, settings, {"1": False, "2": True}, hour=5)
    promote(engine, first, "monthly", "cron")
    promote(engine, second, "monthly", "cron")
    tables = [read(engine, f"SELECT * FROM {name}") for name in ("published_runs", "membership_changes")]
    again = promote(engine, second, "monthly", "somebody else")
    assert (again.promoted, again.text) == (True, f"{second} is current for monthly already")
    assert [read(engine, f"SELECT * FROM {name}") for name in ("published_runs", "membership_changes")] == tables


@pytest.mark.parametrize("status", ["running", "failed", "lost"])
def test_only_a_run_that_succeeded_is_promoted(engine: sa.Engine, settings: Settings, status: str) -> None:
    """A run of any other status stays staged, and the outcome says why."""
    outcome = promote(engine, finished(engine, settings, status=status), "monthly", "cron")
    assert (outcome.promoted, outcome.text) == (False, f"staged, not promoted: the run's status is {status}")
    assert read(engine, "SELECT * FROM published_runs") == []


def test_an_unknown_run_is_not_promoted(engine: sa.Engine, settings: Settings) -> None:
    """Neither a run that the database does not know, nor one of another pipeline."""
    run = finished(engine, settings, pipeline="weekly")
    assert "knows no run" in promote(engine, run, "monthly", "cron").text
    assert "knows no run" in promote(engine, "0", "monthly", "cron").text


def test_generated_data_stay_staged_on_postgres(engine: sa.Engine, settings: Settings) -> None:
    """The demo shop is current on the SQLite of a laptop, and never in a production database."""
    outcome = promote(engine, finished(engine, settings, synthetic=True), "monthly", "cron")
    if engine.dialect.name == "postgresql":
        assert (outcome.promoted, outcome.text) == (False, "staged, not promoted: generated data")
    else:
        assert outcome.promoted


def test_a_part_of_the_results_does_not_replace_the_whole(engine: sa.Engine, settings: Settings) -> None:
    """A run without tables, or without one that the current run has, would blank it for readers, and stays staged."""
    nothing = finished(engine, settings, tables=())
    assert "the run published no table" in promote(engine, nothing, "monthly", "cron").text
    whole = finished(engine, settings, tables=("customers", "segments"))
    promote(engine, whole, "monthly", "cron")
    part = finished(engine, settings, tables=("customers",), hour=5)
    assert "the run published no segments, which" in promote(engine, part, "monthly", "cron").text
    assert read(engine, "SELECT DISTINCT run_id FROM current_segments") == [(whole,)]


def test_a_late_delivery_does_not_turn_time_back(engine: sa.Engine, settings: Settings) -> None:
    """A run that started before the current one, delivered after an outage, stays staged."""
    late, newer = finished(engine, settings, hour=4), finished(engine, settings, hour=5)
    promote(engine, newer, "monthly", "cron")
    assert f"the current run {newer} started later" in promote(engine, late, "monthly", "cron").text


def test_a_run_for_an_earlier_date_does_not_turn_time_back(engine: sa.Engine, settings: Settings) -> None:
    """A backfilled run, started later but for an earlier date, stays staged; one for a later date goes live."""
    current = finished(engine, settings, hour=4, logical_date=date(2011, 11, 30))
    promote(engine, current, "monthly", "cron")
    old = finished(engine, settings, hour=5, logical_date=date(2011, 10, 31))
    told = promote(engine, old, "monthly", "cron").text
    assert f"the current run {current} is for a later date, 2011-11-30" in told
    new = finished(engine, settings, hour=3, logical_date=date(2011, 12, 9))
    assert promote(engine, new, "monthly", "cron").promoted


def test_a_run_that_was_taken_over_is_not_promoted(engine: sa.Engine, settings: Settings) -> None:
    """The look at the fence and the move of the pointer are one transaction."""
    run = finished(engine, settings)
    fence, _ = (
        database.transact(engine, lambda connection: fences.take(connection, "monthly", Holder.here(name)))  # noqa: B023
        for name in (run, "the next")
    )
    with pytest.raises(TakenOverError, match="run the next took over monthly"):
        promote(engine, run, "monthly", "cron", fence)
    assert read(engine, "SELECT * FROM published_runs") == []


def test_pipelines_are_current_side_by_side(engine: sa.Engine, settings: Settings) -> None:
    """Each pipeline has a pointer of its own."""
    monthly, weekly = finished(engine, settings), finished(engine, settings, pipeline="weekly", hour=3)
    assert promote(engine, monthly, "monthly", "cron").promoted
    assert promote(engine, weekly, "weekly", "cron").promoted
    assert set(read(engine, "SELECT pipeline, run_id FROM published_runs")) == {
        ("monthly", monthly),
        ("weekly", weekly),
    }


def test_promotions_at_once_end_in_one_order(engine: sa.Engine, settings: Settings) -> None:
    """Four hosts promote four runs at once: the newest is current, and its changes are against a run it replaced."""
    runs = [finished(engine, settings, {"a": number % 2 == 0, "b": True}, hour=number) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda run: promote(engine, run, "monthly", "cron"), runs))
    assert read(engine, "SELECT run_id FROM published_runs") == [(runs[-1],)]
    changes = read(engine, "SELECT run_id, previous_run_id FROM membership_changes")
    assert all(run in runs and previous in runs and run > previous for run, previous in changes)


def test_metrics_and_rows_of_runs_are_brought_up_to_date(engine: sa.Engine, settings: Settings) -> None:
    """Numbers and texts stand apart; writing again replaces, and what a run does not say stays as it was."""
    folder = results.run_folder(settings)
    first = runs.run_row(folder, source="uci:online-retail")
    last = runs.run_row(folder, status="succeeded", digest="d" * 64)
    metrics = [
        Metric(step="eda", name="rows", value=404_699, unit="rows"),
        Metric(step="eda", name="preset", value="classic"),
        Metric(step="clustering", name="silhouette", value=0.4217),
    ]

    def work(connection: sa.Connection) -> None:
        for row in (first, last):
            write_run(connection, row)
            write_metrics(connection, folder.name, metrics)

    database.transact(engine, work)
    assert read(engine, "SELECT status, source, digest FROM runs") == [("succeeded", "uci:online-retail", "d" * 64)]
    assert read(engine, "SELECT step, name, value, text, unit FROM metrics ORDER BY name") == [
        ("eda", "preset", None, "classic", ""),
        ("eda", "rows", 404_699.0, None, "rows"),
        ("clustering", "silhouette", 0.4217, None, ""),
    ]
