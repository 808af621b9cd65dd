"""Runs whose process vanished."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from runner.records import lost
from runner.records.lost import marked


def entry(event: str, second: int, **facts: Any) -> dict[str, Any]:
    return {"at": f"2026-01-15T04:00:{second:02d}.000+00:00", "event": event, **facts}


def step(name: str, status: str = "not_run") -> dict[str, Any]:
    return {"name": name, "status": status, "reason": None, "stopped_at": None, "cells": []}


def manifest(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"started": "2026-01-15T04:00:00+00:00", "status": "running", "steps": list(steps)}


def test_cells_are_what_the_journal_says() -> None:
    """A finished cell keeps its status, the one under way is lost, and what had not begun is not_run."""
    entries = [
        entry("run_started", 0),
        entry("step_started", 1, step="eda"),
        entry("kernel_started", 2, step="eda", pid=7),
        entry("cell_started", 3, step="eda", cell=1, of=3),
        entry("cell_finished", 4, step="eda", cell=1, of=3, status="succeeded", seconds=1.0),
        entry("cell_started", 5, step="eda", cell=2, of=3),
    ]
    lost = marked(manifest(step("eda", "running"), step("report")), entries)
    assert (lost["status"], lost["seconds"]) == ("lost", 5.0)
    assert lost["reason"] == "its process vanished in eda, cell 2; the journal tells how far it came"
    eda, report = lost["steps"]
    assert (eda["status"], eda["stopped_at"]) == ("lost", 2)
    assert [(cell["number"], cell["status"], cell["seconds"]) for cell in eda["cells"]] == [
        (1, "succeeded", 1.0),
        (2, "lost", None),
        (3, "not_run", None),
    ]
    assert report == step("report")


def test_a_step_that_had_ended_is_not_lost() -> None:
    """Between the journal and the manifest the journal is ahead: a step that it calls finished has finished."""
    entries = [
        entry("step_started", 1, step="eda"),
        entry("cell_started", 2, step="eda", cell=1, of=1),
        entry("cell_finished", 3, step="eda", cell=1, of=1, status="succeeded", seconds=1.0),
        entry("step_finished", 4, step="eda", status="succeeded", reason=None),
    ]
    lost = marked(manifest(step("eda", "running"), step("report")), entries)
    assert [one["status"] for one in lost["steps"]] == ["succeeded", "not_run"]
    assert lost["reason"] == "its process vanished between two steps; the journal tells how far it came"


def test_a_second_attempt_begins_anew() -> None:
    """Cells of an attempt that failed say nothing of the next one."""
    entries = [
        entry("step_started", 1, step="eda"),
        entry("kernel_started", 1, step="eda", pid=7),
        entry("cell_started", 2, step="eda", cell=1, of=2),
        entry("cell_finished", 3, step="eda", cell=1, of=2, status="failed", seconds=1.0),
        entry("kernel_started", 4, step="eda", pid=8),
        entry("cell_started", 5, step="eda", cell=1, of=2),
    ]
    lost = marked(manifest(step("eda", "running")), entries)
    assert [cell["status"] for cell in lost["steps"][0]["cells"]] == ["lost", "not_run"]


def test_kernels_that_still_live_are_waited_for() -> None:
    """Their guardian ends them in a moment, and until then they may write; a stranger's process is not waited for."""
    kernel = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.6)"])
    begun = {"event": "kernel_started", "pid": kernel.pid, "at": datetime.now(UTC).isoformat()}
    earlier = {**begun, "at": "2026-01-15T04:00:00+00:00"}
    began = time.monotonic()
    lost.wait_for_kernels([earlier, entry("run_started", 0), {**begun, "pid": 2**22 + 1}])
    assert time.monotonic() - began < 0.3
    lost.wait_for_kernels([begun])
    assert kernel.poll() is not None or time.monotonic() - began > 0.5
    kernel.wait()


def test_without_a_journal_the_manifest_is_all_there_is() -> None:
    """A run that vanished before its first line is lost all the same."""
    lost = marked(manifest(step("eda")), [])
    assert (lost["status"], lost["steps"]) == ("lost", [step("eda")])
