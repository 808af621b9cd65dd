"""The OpenLineage event of a run. The rules here are those of the published schema, in words of our own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from runner import datasets, lineage
from runner.outcomes import Status
from runner.records.record import FileRecord, Metric, RunRecord
from runner.secrecy.redaction import Redactor
from tests.runner.runs import a_record, a_step

PARENT = "019a0000-0000-7000-8000-00000000000f"
URI = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9/:._~?#$%&=+@-]+")
ORIGIN = {
    "git": {"commit": "c" * 40, "branch": "main", "diff_sha256": None},
    "lock_sha256": "1" * 64,
    "packages_sha256": "2" * 64,
}


def ended(status: Status = Status.SUCCEEDED, reason: str | None = None, **facts: Any) -> RunRecord:
    """The record of a run that is over, with a metric and a file."""
    step = a_step(
        status=status,
        metrics=(Metric("silhouette", 0.41), Metric("insiders", 12, "customers")),
        files=(FileRecord("writes.ipynb", 10, "a" * 64), FileRecord("artifacts/sum.txt", 1, "b" * 64)),
    )
    finished = datetime(2026, 1, 15, 4, 7, tzinfo=UTC)
    facts = {"title": "Small", "provenance": ORIGIN, "finished": finished, **facts}
    return a_record(step, status=status, reason=reason, **facts)


def told(record: RunRecord, folder: Path, *secrets: str) -> dict[str, Any]:
    """The event of a run."""
    return json.loads(lineage.event(record, folder, Redactor.of(secrets)))


def facets(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every facet of an event, wherever it stands."""
    for part in (event["run"], event["job"], *event["inputs"], *event["outputs"]):
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from part.get(kind, {}).items()


def test_an_event_has_what_the_standard_asks_for(tmp_path: Path) -> None:
    """Type, time with its zone, producer, schema, run and job; every facet names producer and schema by URIs."""
    event = told(ended(parent={"resumed": PARENT}), tmp_path)
    assert event["eventType"] == "COMPLETE"
    assert datetime.fromisoformat(event["eventTime"]).utcoffset() is not None
    assert event["run"]["runId"] == str(UUID(event["run"]["runId"])) == a_record().run_id
    assert (event["job"]["namespace"], event["job"]["name"]) == ("insiders", "small")
    assert all(URI.fullmatch(event[name]) for name in ("producer", "schemaURL"))
    found = dict(facets(event))
    assert all(URI.fullmatch(facet[name]) for facet in found.values() for name in ("_producer", "_schemaURL"))
    standard = {"nominalTime", "processing_engine", "parent", "jobType", "documentation", "sourceCodeLocation"}
    own = {name for name in found if name.startswith("insiders_")}
    assert found.keys() == standard | own | {"version"}
    assert own == {"insiders_digests", "insiders_metrics", "insiders_steps", "insiders_file"}


def test_run_and_job_are_told(tmp_path: Path) -> None:
    """The logical date, the run it goes on from, the commit, what the pipeline is, digests and metrics."""
    event = told(ended(parent={"resumed": PARENT}), tmp_path)
    run, job = event["run"]["facets"], event["job"]["facets"]
    assert run["nominalTime"]["nominalStartTime"] == "2026-01-15T00:00:00Z"
    assert run["parent"]["run"]["runId"] == PARENT
    assert run["insiders_digests"]["lock"] == "1" * 64
    assert run["insiders_metrics"]["metrics"][1] == {
        "step": "writes",
        "name": "insiders",
        "value": 12,
        "unit": "customers",
    }
    assert job["sourceCodeLocation"]["version"] == "c" * 40
    assert URI.fullmatch(job["sourceCodeLocation"]["url"])
    assert job["jobType"]["processingType"] == "BATCH"
    assert job["documentation"]["description"] == "Small"
    assert "errorMessage" not in run


@pytest.mark.parametrize("status", [status for status in Status if status not in (Status.NOT_RUN, Status.CACHED)])
def test_the_status_decides_the_type(tmp_path: Path, status: Status) -> None:
    """Succeeded is complete, cancelled and refused are aborted, whatever went wrong has failed."""
    good = {"succeeded": "COMPLETE", "cancelled": "ABORT", "skipped": "ABORT", "running": "OTHER"}
    assert told(ended(status), tmp_path)["eventType"] == good.get(status.value, "FAIL")


def test_a_failure_says_why(tmp_path: Path) -> None:
    """The reason of the run is the error's message."""
    error = told(ended(Status.FAILED, "writes, cell 2: ValueError"), tmp_path)["run"]["facets"]["errorMessage"]
    assert (error["message"], error["programmingLanguage"]) == ("writes, cell 2: ValueError", "PYTHON")


def test_no_secret_is_told(tmp_path: Path) -> None:
    """What the redactor knows stands nowhere in the event."""
    record = ended(Status.FAILED, "the password hunter2hunter2 was refused")
    event = lineage.event(record, tmp_path, Redactor.of(["hunter2hunter2"]))
    assert b"hunter2hunter2" not in event
    assert b"[redacted]" in event


def test_equal_records_give_equal_events(tmp_path: Path) -> None:
    """The bytes depend on the record alone."""
    assert lineage.event(ended(), tmp_path, Redactor()) == lineage.event(ended(), tmp_path, Redactor())


def test_a_fault_in_the_details_is_no_fault_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """There is an event all the same, which says which run ended, and how; the fault is logged."""

    def breaks(*_: object) -> None:
        raise RuntimeError("a new version of the library")

    monkeypatch.setattr(datasets, "outputs", breaks)
    event = told(ended(), tmp_path)
    assert (event["eventType"], event["outputs"]) == ("COMPLETE", [])
    assert "without its details" in caplog.text


def test_what_json_cannot_hold_is_no_fault_of_the_run(tmp_path: Path) -> None:
    """A parameter that is no number still leaves an event."""
    event = told(ended(provenance={**ORIGIN, "lock_sha256": float("nan")}), tmp_path)
    assert event["eventType"] == "COMPLETE"


@pytest.mark.parametrize("words", [["-m", "runner", "--help"], ["-c", "import runner.commands.run"]])
def test_nothing_is_loaded_before_it_is_needed(words: list[str]) -> None:
    """Neither help nor a wrong parameter waits for the lineage's library."""
    done = subprocess.run([sys.executable, "-X", "importtime", *words], capture_output=True, text=True, check=True)
    assert "openlineage" not in done.stderr
    assert "runner" in done.stderr
