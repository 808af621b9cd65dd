"""Why runs stay: what the database says of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.errors import DamageError, PreflightError
from runner.keeping import prune
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.promotion import promote, rollback
from runner.settings import Settings
from runner.tables import database
from runner.tables.ledger_rows import write_lines
from runner.tables.run_rows import write_run
from tests.runner import runs
from tests.runner.keeping.archives import a_run
from tests.servers import Server


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """An installation, once on SQLite and once on PostgreSQL."""
    made = runs.settings(tmp_path, database_url)
    made.output.mkdir()
    return made


def go_live(settings: Settings, *folders: Path, back: int = 0) -> None:
    """Make the runs current, one after the other, and take back the last ones."""
    engine = database.engine(settings.database_url)
    database.migrate(engine)

    def work(connection: sa.Connection) -> None:
        for folder in folders:
            write_run(connection, runs.run_row(folder, status="succeeded"))
            promote.write(connection, "promoted", folder.name, folder.parent.name, "ada")

    database.transact(engine, work)
    for _ in range(back):
        rollback.rollback(engine, folders[0].parent.name, "ada")
    engine.dispose()


def going(settings: Settings) -> list[Path]:
    return sorted(run.folder for run in prune.plan(settings, 1).going)


def test_current_and_previous_runs_stay(settings: Settings) -> None:
    """Marketing sees the one, and rollback goes to the other; earlier ones may go."""
    folders = [a_run(settings) for _ in range(5)]
    go_live(settings, *folders[:3])
    assert going(settings) == [folders[0], folders[3]]
    why = {one.run_id: one.why for one in prune.plan(settings, 1).staying}
    assert why[folders[2].name] == "is current for small"
    assert why[folders[1].name] == "was current for small before"


def test_after_a_rollback_three_stay(settings: Settings) -> None:
    """The current run, the one that was taken back, and the one that another rollback would go to."""
    folders = [a_run(settings) for _ in range(6)]
    go_live(settings, *folders[:4], back=1)
    assert going(settings) == [folders[0], folders[4]]


def test_pipelines_do_not_mix(settings: Settings) -> None:
    """What is current for one says nothing of another."""
    folders = [a_run(settings, pipeline) for pipeline in ("small", "other") * 2]
    go_live(settings, folders[0])
    assert going(settings) == [folders[1]]


def test_an_approval_on_another_host_counts(settings: Settings) -> None:
    """The database has the lines of other ledgers too; the newest word counts."""
    folders = [a_run(settings) for _ in range(3)]
    go_live(settings)
    other = Book(settings.output.parent / "elsewhere" / "ledger.jsonl")
    (settings.output.parent / "elsewhere").mkdir()
    for folder, verdicts in ((folders[0], ["approved"]), (folders[1], ["approved", "rejected"])):
        for verdict in verdicts:
            other.append(Event(verdict), pipeline="small", run_id=folder.name, who="grace")
    engine = database.engine(settings.database_url)
    database.transact(engine, lambda connection: write_lines(connection, other.lines()))
    engine.dispose()
    assert going(settings) == [folders[1]]


def test_a_ledger_that_was_cut_off_is_not_pruned_by(settings: Settings) -> None:
    """The database has a line that the file has not: an approval may be missing."""
    a_run(settings)
    folders = [a_run(settings), a_run(settings)]
    Book.of(settings).append(Event.APPROVED, pipeline="small", run_id=folders[0].name, who="grace")
    go_live(settings)
    engine = database.engine(settings.database_url)
    database.transact(engine, lambda connection: write_lines(connection, Book.of(settings).lines()))
    engine.dispose()
    ledger = settings.output / "ledger.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(DamageError, match="cut off"):
        prune.plan(settings, 1)


def test_a_database_that_knows_less_than_the_ledger_is_refused(settings: Settings) -> None:
    """Perhaps it is another one: nothing is guessed."""
    folders = [a_run(settings) for _ in range(2)]
    Book.of(settings).append(Event.PROMOTED, pipeline="small", run_id=folders[0].name, facts={"promotion": 1})
    with pytest.raises(PreflightError, match="INSIDERS_DATABASE_URL"):
        prune.plan(settings, 1)
    go_live(settings)
    with pytest.raises(PreflightError, match="INSIDERS_DATABASE_URL"):
        prune.plan(settings, 1)


def test_a_database_without_tables_knows_of_no_run(settings: Settings) -> None:
    """Nothing was ever delivered, so nothing is current."""
    folders = [a_run(settings) for _ in range(2)]
    assert going(settings) == folders[:1]


def test_no_database_no_pruning(tmp_path: Path, settings: Settings, postgres_url: str, postgres_server: Server) -> None:
    """While the server is away nobody knows which runs are current; the refusal is exit status 3."""
    folders = [a_run(settings) for _ in range(2)]
    settings = dataclasses.replace(settings, database_url=postgres_url)
    with postgres_server.away(), pytest.raises(PreflightError, match="not known which runs are current") as raised:
        prune.plan(settings, 1)
    assert raised.value.exit_status == 3
    assert all(folder.exists() for folder in folders)
