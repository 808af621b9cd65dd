"""One run of a pipeline, with real kernels."""

import json
import os
import signal
import threading
from pathlib import Path

from runner import archive, digests, journal
from runner.outcomes import ExitStatus, Status
from runner.run import Ended
from tests.runner.bench import Bench, copy, one, printed, step


def test_a_good_run_is_recorded_whole(good: Ended, shared_bench: Bench) -> None:
    """The manifest holds ids, dates, provenance, inputs and every step."""
    manifest = good.manifest
    assert good.exit_status is ExitStatus.SUCCEEDED
    assert (manifest["format"], manifest["status"], manifest["reason"]) == (1, "succeeded", None)
    assert manifest["run_id"] == good.folder.name
    assert manifest["logical_date"] == good.record.started.astimezone().date().isoformat()
    assert manifest["provenance"]["pid"] == os.getpid()
    assert manifest["inputs"][0] | {"parameter": "source", "value": "demo", "injected": "demo"} == manifest["inputs"][0]
    assert [found["name"] for found in manifest["steps"]] == ["values", "writes", "reads", "reads-source"]
    assert {found["status"] for found in manifest["steps"]} == {"succeeded"}


def test_nothing_changes_after_the_manifest(good: Ended) -> None:
    """Every file of a step is in the run folder with the digest that the manifest tells."""
    files = [file for found in good.manifest["steps"] for file in found["files"]]
    assert {file["path"] for file in files} >= {"values.ipynb", "writes.ipynb", "artifacts/sum.txt"}
    for file in files:
        path = good.folder / file["path"]
        assert (path.stat().st_size, digests.of_file(path)) == (file["bytes"], file["sha256"])


def test_a_failure_stops_what_needs_it_and_nothing_else(bad: Ended) -> None:
    """Steps that need a failed one are skipped, all along the line; the others run."""
    statuses = {found["name"]: found["status"] for found in bad.manifest["steps"]}
    assert statuses == {
        "fails": "failed",
        "needs-it": "skipped",
        "needs-that": "skipped",
        "dies": "kernel_died",
        "sleeps": "timed_out",
        "spawns": "succeeded",
    }
    assert step(bad, "needs-it")["reason"] == "needs fails, which failed"
    assert step(bad, "needs-that")["reason"] == "needs needs-it, which was skipped"
    assert step(bad, "needs-it")["cells"] == []
    assert bad.manifest["reason"] == "fails, cell 2: ValueError: the shop is closed"
    assert bad.exit_status is ExitStatus.FAILED


def test_the_journal_tells_the_story(bad: Ended) -> None:
    """Every turn of a run is an entry, in order."""
    entries = journal.read(bad.folder / archive.JOURNAL)
    assert [entry["event"] for entry in entries][:3] == ["run_started", "step_started", "kernel_started"]
    assert entries[-1] | {"event": "run_finished", "status": "failed"} == entries[-1]
    ends = [entry for entry in entries if entry["event"] == "cell_finished" and entry["step"] == "fails"]
    assert [(entry["cell"], entry["of"], entry["status"]) for entry in ends] == [(1, 3, "succeeded"), (2, 3, "failed")]


def test_an_input_that_cannot_be_fetched_refuses_the_run(bench: Bench) -> None:
    """No cell runs, and the record says why."""
    ended = bench.run("inputs: {source: /nowhere/at/all.csv}\n" + one("reads_source"))
    assert ended.exit_status is ExitStatus.REFUSED
    assert ended.manifest["status"] == "failed"
    assert "input source: /nowhere/at/all.csv" in ended.manifest["reason"]
    assert step(ended, "reads-source")["status"] == "skipped"


def test_an_input_file_arrives_as_a_path(bench: Bench, tmp_path: Path) -> None:
    """The notebook gets an absolute path, the record its digest and where it came from."""
    file = tmp_path / "shop.csv"
    file.write_text("a,b\n1,2\n")
    ended = bench.run("inputs: {source: demo}\n" + one("reads_source"), given=[f"source={file}"])
    assert printed(copy(ended, "reads_source")["show"]) == f"{file}\n"
    assert ended.manifest["inputs"][0]["sha256"] == digests.of_file(file)
    assert step(ended, "reads-source")["parameters"]["source"] == {"value": str(file), "from": "input"}


def test_a_signal_stops_a_run_and_leaves_its_record(bench: Bench) -> None:
    """SIGTERM in the middle of a cell: cancelled, the later step too, with the copy in place and exit status 143."""
    text = "steps: [{name: sleeps, notebook: sleeps.ipynb}, {name: writes, notebook: writes.ipynb}]"
    threading.Thread(target=_terminate_when_asleep, args=(bench.settings.output,), daemon=True).start()
    ended = bench.run(text)
    assert ended.exit_status is ExitStatus.TERMINATED
    assert [found["status"] for found in ended.manifest["steps"]] == ["cancelled", "cancelled"]
    assert step(ended, "sleeps")["reason"] == "stopped by SIGTERM"
    cells = copy(ended, "sleeps")
    assert printed(cells["sleep"]) == "asleep\n"
    assert cells["after"]["metadata"]["papermill"]["status"] == "not_run"


def _terminate_when_asleep(output: Path) -> None:
    pause = threading.Event()
    while not any('"cell_started"' in path.read_text() for path in output.glob("small/*/journal.jsonl")):
        pause.wait(0.05)
    pause.wait(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_running_run_can_be_read(bench: Bench) -> None:
    """While a step runs, the manifest is whole and says so; afterwards a vanished process reads as lost."""
    seen: list[str] = []
    thread = threading.Thread(target=_watch_manifest, args=(bench.settings.output, seen), daemon=True)
    thread.start()
    ended = bench.run(one("writes"))
    thread.join(10)
    assert Status.RUNNING in seen
    path = ended.folder / archive.MANIFEST
    manifest = json.loads(path.read_text())
    manifest |= {"status": "running", "provenance": {**manifest["provenance"], "pid": 2**22 + 1}}
    path.write_text(json.dumps(manifest))
    assert archive.read_manifest(ended.folder)["status"] == "lost"


def _watch_manifest(output: Path, seen: list[str]) -> None:
    pause = threading.Event()
    while not seen or seen[-1] == Status.RUNNING:
        seen.extend(archive.read_manifest(folder)["status"] for folder in archive.run_folders(output))
        pause.wait(0.02)
