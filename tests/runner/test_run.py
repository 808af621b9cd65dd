"""One run of a pipeline, with real kernels."""

import errno
import json
import os
import signal
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from runner import files
from runner.delivery.spool import sync
from runner.errors import PreflightError, RecordError
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.locking import lock
from runner.outcomes import ExitStatus, Status
from runner.reading.choice import Choice
from runner.records import archive, digests, inventory, journal
from runner.records.record import FORMAT
from runner.run import Ended
from tests.runner.bench import Bench, copy, one, printed, step


def test_a_good_run_is_recorded_whole(good: Ended, shared_bench: Bench) -> None:
    """The manifest holds ids, dates, provenance, inputs and every step."""
    manifest = good.manifest
    assert good.exit_status is ExitStatus.SUCCEEDED
    assert (manifest["format"], manifest["status"], manifest["reason"]) == (FORMAT, "succeeded", None)
    assert manifest["run_id"] == good.folder.name
    assert manifest["logical_date"] == good.record.started.astimezone().date().isoformat()
    assert manifest["provenance"]["pid"] == os.getpid()
    assert manifest["inputs"][0] | {"parameter": "source", "value": "demo", "injected": "demo"} == manifest["inputs"][0]
    assert [found["name"] for found in manifest["steps"]] == ["values", "writes", "reads", "reads-source"]
    assert {found["status"] for found in manifest["steps"]} == {"succeeded"}


def test_nothing_changes_after_the_manifest(good: Ended) -> None:
    """Every file of the run folder is in the manifest, once, with its digest; the journal, closed before, too."""
    files = [file for found in good.manifest["steps"] for file in found["files"]] + good.manifest["files"]
    assert {file["path"] for file in files} >= {"values.ipynb", "writes.ipynb", "artifacts/sum.txt"}
    assert {file["path"] for file in good.manifest["files"]} >= {"journal.jsonl", "lineage.json"}
    assert sorted(file["path"] for file in files) == sorted({*inventory.paths(good.folder)})
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


def test_items_of_a_step_are_isolated(bench: Bench) -> None:
    """One that fails does not stop the others; what needs all of them is skipped, and the run says so."""
    text = """steps:
  - {name: item, notebook: item.ipynb, for_each: {level: [total, bad, store]}}
  - {name: writes, notebook: writes.ipynb, needs: [item]}
"""
    ended = bench.run(text)
    assert [(one["name"], one["base"], one["item"], one["status"]) for one in ended.manifest["steps"]] == [
        ("item.1", "item", {"level": "total"}, "succeeded"),
        ("item.2", "item", {"level": "bad"}, "failed"),
        ("item.3", "item", {"level": "store"}, "succeeded"),
        ("writes", "writes", {}, "skipped"),
    ]
    assert step(ended, "writes")["reason"] == "needs item.2, which failed"
    assert ended.manifest["reason"] == "item.2, cell 3: ValueError: no such level"
    assert (ended.folder / "artifacts" / "item.3.txt").read_text() == "store"
    assert {path.name for path in ended.folder.glob("*.ipynb")} == {"item.1.ipynb", "item.2.ipynb", "item.3.ipynb"}
    assert ended.exit_status is ExitStatus.FAILED


def test_a_run_may_take_only_so_long(bench: Bench) -> None:
    """The limit of the whole run ends the step that is under way, and the steps after it do not begin."""
    text = """timeout_minutes: 0.08
steps:
  - {name: sleeps, notebook: sleeps.ipynb}
  - {name: writes, notebook: writes.ipynb}
"""
    ended = bench.run(text)
    assert [(one["name"], one["status"]) for one in ended.manifest["steps"]] == [
        ("sleeps", "timed_out"),
        ("writes", "timed_out"),
    ]
    assert step(ended, "writes")["reason"] == "the run's limit of 0.08 minutes came before it"
    assert step(ended, "writes")["cells"] == []
    assert ended.exit_status is ExitStatus.TIMED_OUT


def test_a_second_run_is_refused_and_recorded(bench: Bench) -> None:
    """While one run is under way, another one of the pipeline ends at once, as skipped, and says who holds the lock."""
    with lock.hold(bench.settings, "small", "019a0000-0000-7000-8000-000000000000"):
        refused = bench.run(one("writes"))
    assert refused.exit_status is ExitStatus.LOCKED
    assert refused.manifest["status"] == "skipped"
    assert "019a0000-0000-7000-8000-000000000000" in refused.manifest["reason"]
    assert [one["status"] for one in refused.manifest["steps"]] == ["skipped"]
    assert bench.run(one("writes")).exit_status is ExitStatus.SUCCEEDED


def test_a_refused_run_is_in_the_ledger_and_archived(bench: Bench) -> None:
    """It gets both lines and a row like any other run, and its record lists what lies in its folder: nothing."""
    with lock.hold(bench.settings, "small", "019a0000-0000-7000-8000-000000000000"):
        refused = bench.run(one("writes"))
    assert (refused.manifest["files"], refused.completion.pending) == ([], False)
    lines = Book.of(bench.settings).of_run(refused.folder.name)
    assert [line.event for line in lines] == ["started", "finished"]
    assert lines[1].digest == digests.of_file(refused.folder / archive.MANIFEST)
    engine = sa.create_engine(bench.settings.database_url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT run_id, status FROM runs")).all()
    assert rows == [(refused.folder.name, "skipped")]
    engine.dispose()


def test_a_run_that_the_ledger_cannot_tell_of_does_not_begin(bench: Bench) -> None:
    """No cell runs, and the person is told why; once the ledger is in order, the refusal is entered there."""
    place = bench.settings.output / "ledger.jsonl"
    place.mkdir(parents=True)
    with pytest.raises(PreflightError, match=r"nothing was started: the ledger cannot tell of it: .*ledger\.jsonl"):
        bench.run(one("writes"))
    (folder,) = archive.run_folders(bench.settings.output)
    assert archive.read_manifest(folder)["status"] == "skipped"
    assert not (folder / archive.JOURNAL).exists()
    place.rmdir()
    ended = bench.run(one("writes"))
    assert ended.exit_status is ExitStatus.SUCCEEDED
    assert {line.run_id for line in Book.of(bench.settings).lines()} == {None, folder.name, ended.folder.name}


def test_a_run_whose_end_the_ledger_cannot_tell_is_pending(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is delivered, and the shell is told; `sync` writes the line and delivers."""

    def full(*_: object, **__: object) -> None:
        raise RecordError("ledger.jsonl: cannot be written: No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(reconcile, "finished", full)
        ended = bench.run(one("writes"))
    assert (ended.exit_status, ended.manifest["status"]) == (ExitStatus.PENDING, "succeeded")
    assert "the ledger cannot tell of the run's end: ledger.jsonl" in (ended.completion.reason or "")
    (synced,) = sync(bench.settings)
    assert (synced.run_id, synced.completion.pending) == (ended.folder.name, False)
    assert [line.event for line in Book.of(bench.settings).of_run(ended.folder.name)] == ["started", "finished"]


def test_equal_files_of_two_runs_lie_on_the_disk_once(bench: Bench) -> None:
    """A second run of the same is made of links to the first one's files."""
    first = bench.run(one("writes"))
    second = bench.run(one("writes"), choice=Choice(force=True))
    paths = [ended.folder / "artifacts" / "sum.txt" for ended in (first, second)]
    assert paths[0].samefile(paths[1])
    assert paths[0].stat().st_mode & 0o777 == 0o444


def test_the_work_of_another_step_may_not_be_overwritten(bench: Bench) -> None:
    """A file belongs to the step that wrote it; the record of that step would no longer be true."""
    text = """steps:
  - {name: writes, notebook: writes.ipynb}
  - {name: overwrites, notebook: overwrites.ipynb}
"""
    ended = bench.run(text)
    assert step(ended, "overwrites")["status"] == "failed"
    assert step(ended, "overwrites")["reason"] == "it wrote artifacts/sum.txt, which is the work of writes"


def test_a_parameter_that_the_notebook_changed_is_told(bench: Bench) -> None:
    """The record says which values the notebook ended with, where they are not those it was given."""
    ended = bench.run(one("overrides"), given=["number=4"])
    (line,) = step(ended, "overrides")["overridden"]
    assert line.startswith("number: 4 ")
    assert "6" in line


def test_a_full_disk_ends_a_run_with_one_clear_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that cannot be written is an error that names the file, and the last good record stays."""
    real = files.write_aside
    written = 0

    def fails_late(path: Path, content: bytes) -> None:
        nonlocal written
        written += path.name == archive.MANIFEST
        if path.name == archive.MANIFEST and written > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        real(path, content)

    monkeypatch.setattr(archive, "write_aside", fails_late)
    with pytest.raises(RecordError, match=r"run\.json could not be written: No space left on device"):
        bench.run(one("writes"))
    (folder,) = archive.run_folders(bench.settings.output)
    assert json.loads((folder / archive.MANIFEST).read_text())["status"] == "running"
