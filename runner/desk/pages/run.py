"""The page of a run: its steps, parameters, figures, files, where it comes from and how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runner.delivery.places import Places
from runner.desk.addresses import Addresses
from runner.desk.catalogue import answers, predecessors, trends
from runner.desk.catalogue.answers import Row
from runner.desk.catalogue.predecessors import Predecessor
from runner.desk.catalogue.trends import Trend
from runner.desk.desk import Desk
from runner.desk.drawings import curves, graph
from runner.desk.sheets import Sheet
from runner.desk.steps import Step
from runner.errors import RunnerError
from runner.promotion import standing
from runner.promotion.standing import Standing
from runner.records import archive

MOST_FILES = 2_000
MOST_EARLIER = 6
"""So many runs before it can be chosen for a comparison."""


def show(desk: Desk, request: Request) -> Response:
    """The page of a run."""
    folder, sheet = desk.run(request.path_params["pipeline"], request.path_params["run_id"])
    with desk.index.asked() as connection:
        before = predecessors.of(connection, sheet.pipeline, sheet.run_id)
        same_day = before is not None and before.logical_date == sheet.logical_date.isoformat()
        since = predecessors.of_earlier_date(connection, sheet.pipeline, sheet.run_id) if same_day else None
    return desk.page(request, "run.html", before=before, since=since, **facts(desk, folder, sheet))


def text(desk: Desk, at: Addresses, folder: Path, sheet: Sheet, before: Predecessor | None) -> str:
    """The page of a run as a file; `before` is the run that it is compared with on another one."""
    return desk.text("run.html", at, before=before, since=None, **facts(desk, folder, sheet))


def facts(desk: Desk, folder: Path, sheet: Sheet) -> dict[str, Any]:
    """What stands on the page."""
    with desk.index.asked() as connection:
        trend = trends.of_run(connection, sheet.pipeline, sheet.run_id)
        earlier = _earlier(
            answers.rows_of(connection, "runs.pipeline = ? AND runs.run_id < ?", sheet.pipeline, sheet.run_id)
        )
    stands, away = _standing(desk, folder)
    return {
        "run": sheet,
        "graph": graph.of(sheet.steps),
        "trends": {
            (step.name, one.name): _drawn(trend.get((step.name, one.name)))
            for step in sheet.steps
            for one in step.metrics
        },
        "given": _given,
        "earlier": earlier,
        "standing": stands,
        "away": away,
        "files": list(sheet.all_files.values())[:MOST_FILES],
        "more_files": max(0, len(sheet.all_files) - MOST_FILES),
        "failed": [step for step in sheet.steps if not step.status.good],
        "folder": str(folder),
    }


def _earlier(rows: list[Row]) -> list[Row]:
    """The runs to compare with: the one that is live, the last good ones, the ones just before."""
    first = [row for row in rows if row.live] + [row for row in rows if row.status == "succeeded"][:MOST_EARLIER]
    return list({row.run_id: row for row in (*first, *rows[:2])}.values())[:MOST_EARLIER]


def _drawn(trend: Trend | None) -> dict[str, Any] | None:
    """A trend with its drawing; None where there is no earlier value."""
    if trend is None or len(trend.points) < 2:
        return None
    points = curves.spots([point.value for point in trend.points], curves.SMALL)
    return {"trend": trend, "path": curves.path(points), "last": points[-1], "size": curves.SMALL}


def _given(step: Step) -> list[tuple[str, Any]]:
    """The parameters of a step, those that somebody has set first."""
    return sorted(step.parameters.items(), key=lambda one: one[1].source == "default")


def _standing(desk: Desk, folder: Path) -> tuple[Standing | None, str | None]:
    """How the run stands, or why that is not known; a record can be right on this page and wrong for the ledger."""
    places = Places(desk.settings)
    try:
        return standing.of(places, folder, archive.read_manifest(folder)), None
    except RunnerError as fault:
        return None, str(fault)
    except Exception as fault:  # noqa: BLE001 - a hostile manifest
        return None, f"the record does not allow to say ({type(fault).__name__})"
    finally:
        places.close()
