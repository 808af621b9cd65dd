"""Staging: rows from Parquet files into tables, exactly, once, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from insiders import handoff
from runner.delivery import staging
from runner.delivery.publication import Rows, Staged
from runner.delivery.staging import stage
from runner.errors import DeliveryError
from runner.records import digests
from runner.tables import database
from runner.tables.run_rows import write_run
from tests import results
from tests.runner import runs

Change = Callable[[pd.DataFrame], pd.DataFrame]


def asked(name: str, path: Path, **facts: object) -> Rows:
    """The entry of a request for the file at `path`."""
    facts = {"rows": len(pd.read_parquet(path)), "sha256": digests.of_file(path), **facts}
    return Rows.model_validate({"name": name, "file": f"results/{path.name}", **facts})


def staged(engine: sa.Engine, folder: Path, name: str, path: Path, **facts: object) -> Staged:
    """Stage the file in a transaction, under a run that the database knows."""

    def work(connection: sa.Connection) -> Staged:
        write_run(connection, runs.run_row(folder))
        return stage(connection, folder.name, "report", asked(name, path, **facts), path)

    return database.transact(engine, work)


def table(engine: sa.Engine, name: str) -> list[sa.Row]:
    """All rows of a table, as SQLAlchemy reads them."""
    with engine.connect() as connection:
        return list(connection.execute(sa.select(sa.Table(name, sa.MetaData(), autoload_with=connection))))


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Path:
    return results.run_folder(runs.settings(tmp_path, database_url))


@pytest.mark.parametrize("name", handoff.RESULTS)
def test_every_table_of_results_arrives_as_it_was(engine: sa.Engine, folder: Path, name: str) -> None:
    """The rows in the database are the rows of the notebook: numbers, texts, times, yes and no, JSON."""
    rows = results.rows(name, 5)
    done = staged(engine, folder, name, handoff.write_result(folder, name, rows))
    assert (done.name, done.rows) == (name, 5)
    found = pd.DataFrame([row._asdict() for row in table(engine, name)])
    assert (found.pop("run_id") == folder.name).all()
    if name == "answers":
        assert list(found.pop("figures")) == [{"revenue": 8300065.81, "unit": "£"}] * 5
        assert list(found.pop("queries")) == [{"revenue": "SELECT 8300065.81"}] * 5
        rows = rows.drop(columns=["figures", "queries"])
    pd.testing.assert_frame_equal(found, rows, check_dtype=False)


def test_missing_empty_and_awkward_values_stay_apart(engine: sa.Engine, folder: Path) -> None:
    """A missing text is NULL, an empty one is empty; quotes, commas, line ends and signs survive; NaN is NULL."""
    texts = ["", None, 'a "quoted", text', "two\nlines\tand\r\na tab", "\\.\n£ – ü \\N \\. \\"]
    gaps = [1.5, None, float("nan"), -0.0, 1e300]
    rows = results.rows("customers", 5, main_category=pd.array(texts, handoff.TEXT), avg_gap_days=gaps)
    staged(engine, folder, "customers", handoff.write_result(folder, "customers", rows))
    found = sorted(table(engine, "customers"), key=lambda row: row.customer_id)
    assert [row.main_category for row in found] == texts
    assert [row.avg_gap_days for row in found] == [1.5, None, None, 0.0, 1e300]


def test_more_rows_than_a_batch_arrive_whole(engine: sa.Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """250 rows are loaded in three batches of at most 100, in the one transaction."""
    monkeypatch.setattr(staging, "BATCH_ROWS", 100)
    rows = results.rows("forecasts", 250)
    assert staged(engine, folder, "forecasts", handoff.write_result(folder, "forecasts", rows)).rows == 250


def test_staging_twice_changes_nothing(engine: sa.Engine, folder: Path) -> None:
    """The same file again is done already: same rows, one delivery."""
    path = handoff.write_result(folder, "segments", results.rows("segments"))
    assert staged(engine, folder, "segments", path) == staged(engine, folder, "segments", path)
    assert (len(table(engine, "segments")), len(table(engine, "deliveries"))) == (3, 1)


def test_staging_at_once_stages_once(engine: sa.Engine, folder: Path) -> None:
    """Four that stage the same file at the same moment all succeed, and the rows are there once."""
    path = handoff.write_result(folder, "segments", results.rows("segments"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: staged(engine, folder, "segments", path), range(4)))
    assert (len(table(engine, "segments")), len(table(engine, "deliveries"))) == (3, 1)


def test_other_rows_of_the_same_run_are_refused(engine: sa.Engine, folder: Path) -> None:
    """A run publishes a table once; what it published stays."""
    staged(engine, folder, "segments", handoff.write_result(folder, "segments", results.rows("segments")))
    altered = handoff.write_result(folder, "segments", results.rows("segments", action="do nothing"))
    with pytest.raises(DeliveryError, match="other rows to this table before"):
        staged(engine, folder, "segments", altered)
    assert {row.action for row in table(engine, "segments")} == {"action 0", "action 1", "action 2"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.drop(columns=["action", "items"]), "items: is missing\n  action: is missing"),
        (lambda rows: rows.assign(run_id="another run"), "run_id: the table has no such column"),
        (lambda rows: rows.assign(customers="many"), "customers: whole numbers expected, the file has string"),
        (lambda rows: rows.assign(action=1), "action: text expected, the file has int64"),
        (lambda rows: rows.assign(segment="one"), "refused the rows"),
        (lambda rows: rows.assign(action=None), "refused the rows"),
    ],
)
def test_rows_that_do_not_fit_are_refused_whole(engine: sa.Engine, folder: Path, change: Change, said: str) -> None:
    """Columns, types, keys and missing values are those of the table, or nothing of the request is staged."""
    path = folder / "segments.parquet"
    change(results.rows("segments")).to_parquet(path, index=False)
    with pytest.raises(DeliveryError, match=said):
        staged(engine, folder, "segments", path)
    assert (table(engine, "segments"), table(engine, "deliveries"), table(engine, "runs")) == ([], [], [])


@pytest.mark.parametrize(
    "name", ["runs", "published_runs", "deliveries", "alembic_version", "current_segments", "none"]
)
def test_only_tables_of_results_can_be_staged(engine: sa.Engine, folder: Path, name: str) -> None:
    """The runner's own tables, views and unknown names are refused."""
    path = handoff.write_result(folder, "segments", results.rows("segments"))
    with pytest.raises(DeliveryError, match=f"{name}: is no table to publish"):
        staged(engine, folder, name, path)


def test_a_wrong_count_or_digest_undoes_the_rows(engine: sa.Engine, folder: Path) -> None:
    """Rows are counted, and the file digested again, inside the transaction."""
    path = handoff.write_result(folder, "segments", results.rows("segments"))
    for wrong in ({"rows": 4}, {"sha256": "0" * 64}):
        with pytest.raises(DeliveryError, match="were announced"):
            staged(engine, folder, "segments", path, **wrong)
    assert table(engine, "segments") == []


def test_rows_that_arrive_altered_are_undone(postgres_url: str, folder: Path) -> None:
    """Columns of numbers add up to what they add up to in the file, or nothing is staged."""
    engine = database.engine(postgres_url)
    database.migrate(engine)
    path = handoff.write_result(folder, "segments", results.rows("segments"))
    with engine.begin() as connection:
        body = "BEGIN NEW.gross_revenue := NEW.gross_revenue + 0.01; RETURN NEW; END"
        connection.execute(sa.text(f"CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
        connection.execute(
            sa.text("CREATE TRIGGER more BEFORE INSERT ON segments FOR EACH ROW EXECUTE FUNCTION more()")
        )
    with pytest.raises(DeliveryError, match="gross_revenue adds up to"):
        staged(engine, folder, "segments", path)
    assert table(engine, "segments") == []
    engine.dispose()


def test_figures_that_are_no_json_are_refused(engine: sa.Engine, folder: Path) -> None:
    """A JSON column holds JSON on every database."""
    path = handoff.write_result(folder, "answers", results.rows("answers", figures="{'revenue': 1}"))
    with pytest.raises(DeliveryError, match="is no JSON"):
        staged(engine, folder, "answers", path)
