"""Events that run records tell of: runs that failed, or whose process vanished."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runner.errors import RecordError
from runner.notices import event
from runner.notices.event import Event
from runner.notices.memory import LONGEST_MEMORY, Memory
from runner.outcomes import Status
from runner.records import archive
from runner.settings import Settings

TOLD = (Status.FAILED, Status.TIMED_OUT, Status.KERNEL_DIED, Status.OUT_OF_MEMORY, Status.LOST)
"""Who stops a run by hand, or is refused by a run under way, knows it already."""


def of_records(settings: Settings, since: datetime, memory: Memory) -> list[Event]:
    """The runs that ended badly since then and were not noted; looking marks those that vanished as lost."""
    found = []
    for folder in archive.run_folders(settings.output):
        if memory.knows(folder.name):
            continue
        try:
            manifest = archive.read_manifest(folder)
        except RecordError:
            continue
        started = datetime.fromisoformat(manifest["started"])
        if started < since - LONGEST_MEMORY:
            break  # folders come the newest first
        if Status(manifest["status"]) in TOLD and _ended(manifest) >= since:
            found.append(_event(settings, manifest))
    return found


def _event(settings: Settings, manifest: Mapping[str, Any]) -> Event:
    status = Status(manifest["status"])
    kind: event.Kind = "lost" if status is Status.LOST else "failed"
    line = f"{status.replace('_', ' ')}: {manifest.get('reason') or 'no reason was recorded'}"
    run_id = manifest["run_id"]
    return event.made(settings, run_id, kind, manifest["pipeline"], line, _ended(manifest), run_id)


def _ended(manifest: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(manifest.get("finished") or manifest["started"])
