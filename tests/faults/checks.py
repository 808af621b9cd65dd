"""What must be true of a run when it is over, besides what is asked of every one: a list of what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from runner.records import journal
from tests.faults.stage import Stage


def manifests(stage: Stage) -> list[dict[str, Any]]:
    """The manifests of all runs, the newest first."""
    found = [folder / "run.json" for folder in stage.run_folders()]
    return [json.loads(path.read_text(encoding="utf-8")) for path in found if path.exists()]


def says(text: str) -> Callable[[Stage], list[str]]:
    """The person must be told a text, and no traceback."""

    def check(stage: Stage) -> list[str]:
        said = stage.said()
        faults = [] if text in said else [f"the person is not told {text!r}, but: {said[-300:]!r}"]
        return faults + (["the person meets a traceback"] if "Traceback" in said else [])

    return check


def two_attempts(stage: Stage) -> list[str]:
    """The notebook was run twice, and each attempt has its record."""
    begun = [number for word, number, _ in stage.noted() if word == "begin" and number == 1]
    faults = [] if len(begun) == 2 else [f"the notebook was run {len(begun)} times, not twice"]
    step = manifests(stage)[0]["steps"][0]
    return faults + ([] if step.get("attempts") else ["the record has no attempts"])


def refused_and_recorded(stage: Stage) -> list[str]:
    """The second run exits with 4, says who holds the lock, and is recorded."""
    status, said = stage.processes[1].poll(), stage.said(1)
    faults = [] if status == 4 else [f"the second run exits with {status}: {said[-300:]!r}"]
    first = stage.run_folders()[-1].name
    faults += [] if first in said else [f"the second run does not say that {first} is under way: {said[-300:]!r}"]
    recorded = len(stage.run_folders()) > 1 or "locked" in json.dumps(_ledger(stage))
    return faults + ([] if recorded else ["the refused run is recorded nowhere"])


def _ledger(stage: Stage) -> list[dict[str, Any]]:
    path = stage.output / "ledger.jsonl"
    return journal.read(path) if path.exists() else []


def siblings_ran(stage: Stage) -> list[str]:
    """The items beside the failed one have succeeded, and what needs all of them was skipped."""
    statuses = {step["name"]: step["status"] for step in manifests(stage)[0]["steps"]}
    expected = {"work.1": "succeeded", "work.2": "failed", "work.3": "succeeded", "after": "skipped"}
    return [] if statuses == expected else [f"the steps are {statuses}"]
