"""A small history in an archive: runs that published through a spool, promotions, a rollback, words of a reviewer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from insiders.publish import publish
from runner.delivery.desk import Completion
from runner.delivery.places import Places
from runner.delivery.publication import read_request, requests_in
from runner.delivery.spool import Spool
from runner.ledger.line import Event
from runner.locking.holder import Holder
from runner.outcomes import Status
from runner.promotion import aftermath, rollback, speech
from runner.promotion.policy import Policy
from runner.records.record import Metric
from runner.settings import Settings
from runner.tables import database, fences
from tests import results
from tests.runner.runs import a_step, ended, run_row

GATED = Policy(promote="automatic", gates=("report.silhouette >= 0.5", "membership_change <= 1"))
TABLES = ("segments", "forecasts", "answers")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?")
SAME = {
    "runs": "*",
    "metrics": "*",
    "customers": "*",
    "segments": "*",
    "forecasts": "*",
    "answers": "*",
    "sales": "*",
    "membership_changes": "*",
    "deliveries": "run_id, table_name, sha256, rows, step",
    "promotions": "number, pipeline, run_id, previous_run_id, kind, by_whom, gates, note",
    "published_runs": "pipeline, run_id, published_by, promotion",
    "pipeline_locks": "pipeline, fence, run_id",
    "ledger": "*",
}
"""What a rebuilt database has as it was, by table: all but the moments of delivery, promotion and locks."""


def make(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The history; the ids of its runs: promoted, promoted and taken back, stopped by a gate, failed, and current."""
    first, _ = run(settings, monkeypatch, {"a": True, "b": False, "c": True}, hour=4, told=False)
    second, _ = run(settings, monkeypatch, {"a": False, "b": True, "c": True}, hour=5)
    gated, done = run(settings, monkeypatch, {"a": True}, hour=6, silhouette=0.1)
    assert done.promotion is not None
    assert not done.promotion.promoted
    failed, _ = run(settings, monkeypatch, {"a": True}, hour=7, status="failed")
    take_back(settings)
    places = Places(settings)
    words = ((second, Event.REJECTED, "two days twice"), (first, Event.APPROVED, "agrees with the till"))
    for run_id, event, why in words:
        speech.speak(places, settings.output / "monthly" / run_id, event, "Ada <ada@example.org>", why)
    last, _ = run(settings, monkeypatch, {"a": True, "d": True}, hour=8)
    places.close()
    return [first, second, gated, failed, last]


def take_back(settings: Settings, *, killed: bool = False) -> None:
    """`runner rollback`, perhaps killed before anything but the database knew of it."""
    places = Places(settings)
    rollback.rollback(places.database, "monthly", "Ada <ada@example.org>", "two days twice")
    if not killed:
        aftermath.settle(places, "monthly")
    places.close()


def run(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    insiders: Mapping[str, bool],
    *,
    hour: int,
    silhouette: float = 0.7,
    status: str = "succeeded",
    synthetic: bool = False,
    told: bool = True,
) -> tuple[str, Completion]:
    """The id of a run that published, ended and was delivered, and what came of that.

    `told` says whether its record tells that the rows were delivered; it does not where the database was away then.
    """
    folder = results.run_folder(settings, synthetic=synthetic)
    places = Places(settings)
    holder = Holder.here(folder.name)
    fence = database.transact(places.database, lambda connection: fences.take(connection, "monthly", holder))
    places.close()
    with Spool(settings, run_row(folder, hour=hour), folder, fence.number, policy=GATED) as spool:
        for name, value in {**spool.environment, "INSIDERS_STEP": "report"}.items():
            monkeypatch.setenv(name, value)
        asked = {name: results.rows(name) for name in TABLES}
        asked["customers"] = results.rows(
            "customers", len(insiders), customer_id=list(insiders), is_insider=list(insiders.values())
        )
        publish(folder, tables=asked, artifacts=["artifacts/insiders.csv"])
        metrics = (Metric("silhouette", silhouette), Metric("model", "ets"))
        step = a_step(
            "report", status=Status(status), metrics=metrics, publications=_publications(spool, folder, told=told)
        )
        facts: dict[str, Any] = {"steps": (step,), "policy": GATED.model_dump(mode="json"), "fence": fence.number}
        ended(settings, folder, status, hour=hour, **facts)
        return folder.name, spool.complete()


def _publications(spool: Spool, folder: Path, *, told: bool) -> tuple[dict[str, Any], ...]:
    """What the manifest says of the requests, as `runner.steps` writes it: an answer may not be told yet."""
    answers = spool.receipts if told else {}
    return tuple(
        {
            "request": path.name,
            **(answers[path.name].model_dump(mode="json") if path.name in answers else {"status": "pending"}),
            "asked": read_request(path, folder.name, folder).model_dump(mode="json"),
        }
        for path in requests_in(spool.folder)
    )


def content(url: str) -> dict[str, list[str]]:
    """Every row that is to be the same, as text, by table; and all rows of the views on what is current."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        views = [name for name in sa.inspect(connection).get_view_names() if name.startswith("current_")]
        asked = {**SAME, **dict.fromkeys(views, "*")}
        found = {name: connection.execute(sa.text(f"SELECT {columns} FROM {name}")) for name, columns in asked.items()}
        return {name: sorted(_plain(dict(row)) for row in rows.mappings()) for name, rows in found.items()}


def _plain(row: Mapping[str, Any]) -> str:
    """A row as both databases would tell it."""
    return json.dumps({name: _value(name, value) for name, value in row.items()}, sort_keys=True, default=str)


def _value(name: str, value: Any) -> Any:
    if name in ("gates", "figures", "queries"):
        return json.loads(value) if isinstance(value, str) else value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value)
    return datetime.combine(value, datetime.min.time()) if type(value) is date else value
