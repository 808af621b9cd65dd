"""Runs whose process vanished: what the journal lets us say of their steps and cells."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from runner.crew import workplace
from runner.outcomes import Status
from runner.records import inventory
from runner.records.inventory import Inventory
from runner.records.record import FileRecord

KERNELS_GO_S = 2.0
"""Their guardian ends the kernels of a runner that vanished, which takes it some tenths of a second."""
LOOK_EVERY_S = 0.02


def marked(manifest: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The manifest of a vanished run, completed from its journal: the run and the step it was at are `lost`.

    A cell is what the journal says it came to; the one that had begun is `lost`; what had not begun is `not_run`.
    """
    steps = [_step(step, [one for one in entries if one.get("step") == step["name"]]) for step in manifest["steps"]]
    at = [step for step in steps if step["status"] == Status.LOST]
    place = f"in {' and '.join(map(_place, at))}" if at else "between two steps"
    finished = entries[-1]["at"] if entries else manifest["started"]
    return {
        **manifest,
        "status": Status.LOST.value,
        "reason": f"its process vanished {place}; the journal tells how far it came",
        "finished": finished,
        "seconds": _between(manifest["started"], finished),
        "steps": steps,
    }


def _place(step: Mapping[str, Any]) -> str:
    return f"{step['name']}, cell {step['stopped_at']}" if step["stopped_at"] else str(step["name"])


def with_files(manifest: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The manifest of a vanished run with all files that lie in its folder, so that its digest stands for them.

    What its steps have left in working folders of their own comes into it first.
    """
    with contextlib.suppress(OSError):  # whoever only looks may not be allowed to write
        workplace.rescue(folder)
    listed = {step["name"]: [FileRecord(**file) for file in step.get("files", ())] for step in manifest["steps"]}
    found = inventory.take(folder, listed)
    steps = [_without(step, found) for step in manifest["steps"]]
    reason = "; ".join([manifest["reason"], *found.faults])
    return {**manifest, "reason": reason, "steps": steps, "files": [*map(asdict, found.files)]}


def _without(step: Mapping[str, Any], found: Inventory) -> dict[str, Any]:
    """The step, lost as well and without them where files of it are gone: nobody could take it over."""
    gone = [file["path"] for file in step.get("files", ()) if file["path"] in found.gone]
    if not gone:
        return dict(step)
    files = [file for file in step["files"] if file["path"] not in gone]
    return {**step, "status": Status.LOST.value, "reason": f"{', '.join(gone)} is gone", "files": files}


def wait_for_kernels(entries: Sequence[Mapping[str, Any]]) -> None:
    """Wait a moment until the kernels of a vanished run are gone, since they may still write to its folder."""
    begun = [entry for entry in entries if entry["event"] == "kernel_started" and isinstance(entry.get("pid"), int)]
    ends = time.monotonic() + KERNELS_GO_S
    while any(_lives(entry) for entry in begun) and time.monotonic() < ends:
        time.sleep(LOOK_EVERY_S)


def _lives(kernel: Mapping[str, Any]) -> bool:
    """Whether the process that an entry tells of is there; one that began later only has its number."""
    with contextlib.suppress(psutil.Error, ValueError, OverflowError):
        process = psutil.Process(kernel["pid"])
        began = datetime.fromisoformat(kernel["at"]).timestamp()
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= began + 1
    return False


def _step(step: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    events = {entry["event"] for entry in entries}
    ended = next((entry for entry in reversed(entries) if entry["event"] == "step_finished"), None)
    if step["status"] not in (Status.RUNNING, Status.NOT_RUN) or not events & {"step_started", "step_finished"}:
        return dict(step)
    cells = _cells(entries)
    if ended is not None:
        # The step had come to its end, and only the manifest had not been told.
        return {**step, "status": ended["status"], "reason": ended.get("reason"), "cells": cells}
    begun = next((cell["number"] for cell in cells if cell["status"] == Status.LOST), None)
    return {
        **step,
        "status": Status.LOST.value,
        "reason": "the runner's process vanished",
        "stopped_at": begun,
        "cells": cells,
    }


def _cells(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    cells: dict[int, dict[str, Any]] = {}
    for entry in entries:
        if entry["event"] == "kernel_started":
            cells = {}  # another attempt begins anew
        elif entry["event"] == "cell_started":
            for number in range(1, entry.get("of", entry["cell"]) + 1):
                cells.setdefault(number, _cell(number, Status.NOT_RUN))
            cells[entry["cell"]] = _cell(entry["cell"], Status.LOST)
        elif entry["event"] == "cell_finished":
            cells[entry["cell"]] = {**_cell(entry["cell"], entry["status"]), "seconds": entry["seconds"]}
    return [cells[number] for number in sorted(cells)]


def _cell(number: int, status: str) -> dict[str, Any]:
    return {"number": number, "id": "", "status": str(status), "seconds": None}


def _between(start: str, end: str) -> float:
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds(), 3)
