"""How a run ended, as its manifest says it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from runner.delivery import endings
from runner.outcomes import Status, of_run
from runner.records import archive, digests, record
from runner.records.record import FileRecord
from runner.tables.run_rows import Metric
from tests.runner.runs import a_step, begun


def manifest_of(folder: Path, *steps: record.StepRecord, **facts: Any) -> dict[str, Any]:
    """The manifest of a run of those steps, from its file."""
    folder.mkdir(parents=True, exist_ok=True)
    begun(folder, **{"status": Status.SUCCEEDED, **facts, "steps": steps or (a_step(status=Status.SUCCEEDED),)})
    return archive.read_manifest(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "monthly" / "01a1fbe8-e406-7303-aeda-2f4b25a6bfc7"


def test_the_row_is_the_manifests(folder: Path) -> None:
    """Dates and times come back as what they were."""
    finished = datetime(2026, 1, 15, 5, 30, tzinfo=UTC)
    row = endings.row(manifest_of(folder, finished=finished, identity="plan"), "d" * 64)
    assert (row.run_id, row.pipeline, row.status) == (folder.name, "monthly", "succeeded")
    assert (row.started_at, row.finished_at) == (datetime(2026, 1, 15, 4, tzinfo=UTC), finished)
    assert (row.logical_date, row.digest, row.plan_digest) == (date(2026, 1, 15), "d" * 64, "plan")
    assert (row.username, row.git_commit) == ("cron", None)


def test_metrics_without_a_value_are_left_out(folder: Path) -> None:
    """The notebook showed something that is neither a number nor a text."""
    shown = (record.Metric("silhouette", 0.5), record.Metric("none", None), record.Metric("best", "ten", "clusters"))
    found = endings.metrics(manifest_of(folder, a_step("eda", status=Status.SUCCEEDED, metrics=shown)))
    assert found == (
        Metric(step="eda", name="silhouette", value=0.5),
        Metric(step="eda", name="best", value="ten", unit="clusters"),
    )


def test_files_are_those_of_steps_and_the_rest(folder: Path) -> None:
    """A manifest of this format lists all; of an older one, what it leaves out is digested as it is now."""
    folder.mkdir(parents=True)
    (folder / "journal.jsonl").write_text("{}\n")
    step = a_step(status=Status.SUCCEEDED, files=(FileRecord("tables/a", 1, "a" * 64),))
    journal = FileRecord("journal.jsonl", 3, "b" * 64)
    told = manifest_of(folder, step, files=(journal,))
    assert endings.files(told, folder) == {"tables/a": "a" * 64, "journal.jsonl": "b" * 64}
    older = {**told, "files": None}
    assert endings.files(older, folder) == {
        "tables/a": "a" * 64,
        "journal.jsonl": digests.of_file(folder / "journal.jsonl"),
    }


def test_a_run_with_a_gap_is_not_whole(folder: Path) -> None:
    """A run of some steps succeeds, but its results cannot become current."""
    steps = a_step("a", status=Status.SUCCEEDED), a_step("b", status=Status.SKIPPED)
    assert of_run(step.status for step in steps) is Status.SUCCEEDED
    assert not endings.is_whole(manifest_of(folder, *steps))
    assert endings.is_whole(manifest_of(folder, a_step("a", status=Status.CACHED)))
    assert not endings.is_whole(manifest_of(folder, steps[0], status=Status.FAILED))
