"""Rows of runs and their metrics, and whether the same was run before."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runner.errors import DeliveryError
from runner.records.identifiers import new_run_id
from runner.tables import database
from runner.tables.run_rows import Metric, earlier, write_metrics, write_run
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


def write(engine: sa.Engine, folder: Path, **facts: Any) -> None:
    database.transact(engine, lambda connection: write_run(connection, run_row(folder, **facts)))


def read(engine: sa.Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_a_row_is_brought_up_to_date_until_the_run_has_ended(engine: sa.Engine) -> None:
    """What a run does not say stays as it was; what it said while it ran, and arrives late, changes nothing."""
    folder = Path("monthly") / new_run_id()
    write(engine, folder, source="uci:online-retail")
    write(engine, folder, status="succeeded", digest="d" * 64)
    write(engine, folder, source="another")
    write(engine, folder, status="succeeded", digest="d" * 64)
    assert read(engine, "SELECT status, source, digest FROM runs") == [("succeeded", "uci:online-retail", "d" * 64)]


@pytest.mark.parametrize("facts", [{"status": "failed"}, {"digest": "e" * 64}, {"source": "another"}, {"hour": 5}])
def test_the_row_of_a_run_that_has_ended_is_final(engine: sa.Engine, facts: dict[str, Any]) -> None:
    """Another word on it is refused, by the database itself."""
    folder, ended = Path("monthly") / new_run_id(), {"status": "succeeded", "digest": "d" * 64, "source": "shop"}
    write(engine, folder, **ended)
    with pytest.raises(DeliveryError, match=r"what is said of it is final|stays the run that it is"):
        write(engine, folder, **{**ended, **facts})


def test_data_may_turn_out_to_be_generated_and_not_the_other_way_round(engine: sa.Engine) -> None:
    """The careful word is the last one."""
    folder = Path("monthly") / new_run_id()
    write(engine, folder, status="succeeded", synthetic=False)
    write(engine, folder, status="succeeded", synthetic=True)
    with pytest.raises(DeliveryError, match="final"):
        write(engine, folder, status="succeeded", synthetic=False)


def test_metrics_are_written_once(engine: sa.Engine) -> None:
    """Numbers and texts stand apart; the same again is done already, another value is refused."""
    folder = Path("monthly") / new_run_id()
    write(engine, folder)
    metrics = [
        Metric(step="eda", name="rows", value=404_699, unit="rows"),
        Metric(step="eda", name="preset", value="classic"),
        Metric(step="clustering", name="silhouette", value=0.4217),
    ]
    for _ in range(2):
        database.transact(engine, lambda connection: write_metrics(connection, folder.name, metrics))
    assert read(engine, "SELECT step, name, value, text, unit FROM metrics ORDER BY name") == [
        ("eda", "preset", None, "classic", ""),
        ("eda", "rows", 404_699.0, None, "rows"),
        ("clustering", "silhouette", 0.4217, None, ""),
    ]
    other = [Metric(step="eda", name="rows", value=404_698, unit="rows")]
    with pytest.raises(DeliveryError, match=r"the metric eda\.rows is there already with another value"):
        database.transact(engine, lambda connection: write_metrics(connection, folder.name, other))
