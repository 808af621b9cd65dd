"""What came of a scheduled run: the line that matters, and the event that no record tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from runner.errors import RecordError
from runner.notices import event, failures
from runner.notices.event import Event
from runner.outcomes import ExitStatus, Status
from runner.records import archive
from runner.scheduling.errand import Done
from runner.settings import Settings

_KINDS: dict[int, event.Kind] = {
    ExitStatus.USAGE: "refused",
    ExitStatus.REFUSED: "refused",
    ExitStatus.PENDING: "pending",
    ExitStatus.DAMAGED: "damaged",
}
_SIGNALS = 128


def of_run(settings: Settings, pipeline: str, done: Done) -> tuple[str, Event | None]:
    """The line that matters, and the event; none where all is well, another run was under way, or a record tells."""
    found = _newest(settings, pipeline, done.began)
    status = Status(found["status"]) if found else None
    line = done.last or "it said nothing"
    if found and not Status(found["status"]).good and found.get("reason"):
        line = str(found["reason"])
    if done.status in (ExitStatus.SUCCEEDED, ExitStatus.LOCKED) or status in failures.TOLD:
        return line, None
    kind = "stopped" if done.status > _SIGNALS else _KINDS.get(done.status, "staged" if found else "failed")
    key = f"{pipeline}-{done.began:%Y%m%dT%H%M%S}-exit-{done.status}"
    run_id = found["run_id"] if found else None
    return line, event.made(settings, key, kind, pipeline, f"exit status {done.status}: {line}", done.began, run_id)


def _newest(settings: Settings, pipeline: str, began: datetime) -> dict[str, Any] | None:
    """The manifest of the run that the command made, if it came so far."""
    for folder in archive.run_folders(settings.output, pipeline)[:1]:
        try:
            manifest = archive.read_manifest(folder)
        except RecordError:
            continue
        if datetime.fromisoformat(manifest["started"]) >= began:
            return manifest
    return None
