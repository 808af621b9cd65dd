"""How a run ended, as its manifest says it: its row and its metrics for the database, its files for the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from runner.outcomes import Status
from runner.records import digests, inventory
from runner.tables.run_rows import Metric, RunRow

_GOOD = (Status.SUCCEEDED, Status.CACHED)


def row(manifest: Mapping[str, Any], digest: str) -> RunRow:
    """The row of a run that is over; `digest` is that of its manifest."""
    origin = manifest["provenance"]
    finished = manifest.get("finished")
    return RunRow(
        run_id=manifest["run_id"],
        pipeline=manifest["pipeline"],
        status=manifest["status"],
        started_at=datetime.fromisoformat(manifest["started"]),
        logical_date=date.fromisoformat(manifest["logical_date"]),
        finished_at=None if finished is None else datetime.fromisoformat(finished),
        digest=digest,
        plan_digest=manifest["identity"],
        git_commit=origin["git"]["commit"],
        host=origin["host"],
        username=origin["user"],
    )


def metrics(manifest: Mapping[str, Any]) -> tuple[Metric, ...]:
    """Every figure of the run that has a value."""
    return tuple(
        Metric(step=step["name"], name=one["name"], value=one["value"], unit=one["unit"])
        for step in manifest["steps"]
        for one in step.get("metrics", ())
        if one["value"] is not None
    )


def files(manifest: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """The digest of every file of the run but its manifest, by path; of what older formats leave out, as it is now."""
    listed = [file for step in manifest["steps"] for file in step.get("files", ())] + (manifest["files"] or [])
    found = {file["path"]: file["sha256"] for file in listed}
    if manifest["files"] is None:
        found |= {path: digests.of_file(folder / path) for path in inventory.paths(folder) if path not in found}
    return found


def is_whole(manifest: Mapping[str, Any]) -> bool:
    """Whether every step of the run is good, so that its results can become current."""
    return manifest["status"] in _GOOD and all(step["status"] in _GOOD for step in manifest["steps"])
