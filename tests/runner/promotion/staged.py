"""Runs that have ended and delivered, and wait to go live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from insiders import handoff
from runner.delivery import endings, spool, state
from runner.delivery.desk import Completion
from runner.delivery.places import Places
from runner.delivery.publication import Rows
from runner.delivery.staging import stage
from runner.delivery.state import State
from runner.ledger.line import NOTHING, Event, Line
from runner.promotion.policy import Policy
from runner.records import archive, digests
from runner.records import record as records
from runner.settings import Settings
from runner.tables import database
from runner.tables.ledger_rows import LEDGER, write_lines
from runner.tables.run_rows import Metric, write_metrics, write_run
from tests import results
from tests.runner import runs


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
    metrics: Mapping[str, float | str] | None = None,
    digest: str | None = None,
) -> str:
    """The id of a finished run whose tables are staged; `insiders` says of each customer whether it is one.

    Metrics go by `STEP.NAME`.
    """
    folder = results.run_folder(settings, pipeline=pipeline)
    chosen = insiders or {"1": True, "2": False}
    customers = results.rows("customers", len(chosen), customer_id=list(chosen), is_insider=list(chosen.values()))
    made = {name: results.rows(name) for name in handoff.RESULTS} | {"customers": customers}

    def work(connection: sa.Connection) -> None:
        row = runs.run_row(
            folder, status=status, hour=hour, synthetic=synthetic, logical_date=logical_date, digest=digest
        )
        write_run(connection, row)
        shown = [(*name.rpartition(".")[::2], value) for name, value in (metrics or {}).items()]
        own = [Metric(step=step, name=name, value=value) for step, name, value in shown]
        write_metrics(connection, folder.name, own)
        for name in tables:
            path = handoff.write_result(folder, name, made[name])
            rows = Rows(name=name, file="results/x.parquet", rows=len(made[name]), sha256=digests.of_file(path))
            stage(connection, folder.name, "report", rows, path)

    database.transact(engine, work)
    return folder.name


def delivered(
    settings: Settings,
    insiders: dict[str, bool] | None = None,
    *,
    hour: int = 4,
    policy: Policy | None = None,
    metrics: Mapping[str, float | str] | None = None,
    go_live: bool = True,
) -> tuple[Path, Completion]:
    """The folder of a run that ended and was delivered as `runner sync` does it, and what came of that."""
    folder, policy, chosen = (
        results.run_folder(settings),
        policy or Policy(promote="automatic"),
        insiders or {"1": True},
    )
    customers = results.rows("customers", len(chosen), customer_id=list(chosen), is_insider=list(chosen.values()))
    path = handoff.write_result(folder, "customers", customers)
    (folder / "artifacts" / "report.html").write_text(f"<p>{folder.name}</p>", encoding="utf-8")
    shown = [records.Metric(name, value) for name, value in (metrics or {}).items()]
    terms = policy.model_dump(mode="json")
    digest = runs.ended(settings, folder, hour=hour, metrics=shown, policy=terms)
    row = endings.row(archive.read_manifest(folder), digest)
    places = Places(settings)
    rows = Rows(name="customers", file="results/customers.parquet", rows=len(chosen), sha256=digests.of_file(path))

    def work(connection: sa.Connection) -> None:
        write_run(connection, row)
        stage(connection, folder.name, "report", rows, path)

    database.transact(places.database, work)
    run_folder = folder.relative_to(settings.output).as_posix()
    waiting = State(run=row, run_folder=run_folder, go_live=go_live, policy=policy)
    state.save(state.folder_of(settings.output, folder.name), waiting)
    places.close()
    completion = spool.deliver(settings, folder.name)
    assert completion is not None
    return folder, completion


def word(
    engine: sa.Engine, run_id: str, event: str, *, digest: str, at: datetime, ledger: str = "one", who: str = "Ada"
) -> None:
    """Let the database have a reviewer's word as a line of a ledger."""

    def work(connection: sa.Connection) -> None:
        newest = sa.select(sa.func.max(LEDGER.c.number)).where(LEDGER.c.ledger == ledger)
        number = (connection.execute(newest).scalar_one() or 0) + 1
        line = Line(number, at, Event(event), ledger, "monthly", run_id, digest, who, {"why": "so"}, NOTHING)
        write_lines(connection, [line])

    database.transact(engine, work)


def read(engine: sa.Engine, query: str) -> list[tuple[object, ...]]:
    """The rows that a query finds."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]
