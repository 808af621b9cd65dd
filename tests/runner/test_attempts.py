"""Attempts at a step, with real kernels."""

import json
import time
from pathlib import Path

from runner.outcomes import ExitStatus
from runner.records import journal
from tests.runner.bench import Bench, one, step


def test_a_notebook_is_tried_again_where_the_pipeline_asks_for_it(bench: Bench) -> None:
    """Each attempt has a record and a copy of its own, and the pause doubles."""
    begun = time.monotonic()
    ended = bench.run(one("flaky", "    retries: 3", "    retry_wait_seconds: 0.5"), given=["good_at=3"])
    flaky = step(ended, "flaky")
    assert ended.exit_status is ExitStatus.SUCCEEDED
    assert flaky["status"] == "succeeded"
    assert [(found["number"], found["status"], found["reason"]) for found in flaky["attempts"]] == [
        (1, "failed", "ConnectionError: attempt 1 found nobody"),
        (2, "failed", "ConnectionError: attempt 2 found nobody"),
    ]
    assert time.monotonic() - begun > 0.5 + 1.0
    for attempt in flaky["attempts"]:
        copy = json.loads((ended.folder / attempt["copy"]).read_text())
        assert copy["metadata"]["papermill"]["status"] == "failed"
    assert {"flaky.attempt-1.ipynb", "flaky.attempt-2.ipynb", "flaky.ipynb"} <= {
        file["path"] for file in flaky["files"]
    }
    events = [entry["event"] for entry in journal.read(ended.folder / "journal.jsonl")]
    assert events.count("attempt_ended") == 2
    assert events.count("kernel_started") == 3


def test_without_being_asked_for_nothing_is_tried_again(bench: Bench) -> None:
    """A failure stays a failure."""
    ended = bench.run(one("flaky"))
    assert (step(ended, "flaky")["status"], step(ended, "flaky")["attempts"]) == ("failed", [])


def test_the_last_attempt_is_the_record(bench: Bench) -> None:
    """When all fail the step is what the last one was, and its copy is in its place."""
    ended = bench.run(one("flaky", "    retries: 1", "    retry_wait_seconds: 0"), given=["good_at=9"])
    flaky = step(ended, "flaky")
    assert (flaky["status"], flaky["reason"]) == ("failed", "ConnectionError: attempt 2 found nobody")
    assert len(flaky["attempts"]) == 1
    assert (ended.folder / "flaky.ipynb").is_file()
    assert ended.exit_status is ExitStatus.FAILED


def test_the_run_s_limit_cuts_the_pause_short(bench: Bench, tmp_path: Path) -> None:
    """No attempt begins after the limit, and the step is what its last attempt was, with its copy in place."""
    begun = time.monotonic()
    text = "timeout_minutes: 0.1\n" + one("flaky", "    retries: 3", "    retry_wait_seconds: 300")
    ended = bench.run(text)
    assert time.monotonic() - begun < 60
    assert step(ended, "flaky")["status"] == "failed"
    assert (ended.folder / "flaky.ipynb").is_file()
