"""The folder of all runs."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import psutil
import pytest

from runner.errors import RecordError, UnknownRunError
from runner.records import archive, digests
from runner.records.identifiers import new_run_id
from tests.runner.runs import a_record


def run_in(output: Path, pipeline: str = "monthly", status: str = "succeeded", **provenance: Any) -> str:
    run_id = new_run_id()
    folder = archive.make_folder(output, pipeline, run_id)
    manifest = {
        "run_id": run_id,
        "status": status,
        "started": "2026-01-15T04:00:00+00:00",
        "provenance": provenance,
        "steps": [],
    }
    (folder / archive.MANIFEST).write_text(json.dumps(manifest))
    return run_id


def test_runs_are_found_by_id_prefix_and_name(tmp_path: Path) -> None:
    """latest, latest-good and previous go by time; a prefix must be unique."""
    first, second = run_in(tmp_path), run_in(tmp_path, "weekly")
    third = run_in(tmp_path, status="failed")
    assert [folder.name for folder in archive.run_folders(tmp_path)] == [third, second, first]
    names = {name: archive.find(name, tmp_path).name for name in archive.NAMES}
    assert names == {"latest": third, "latest-good": second, "previous": second}
    assert archive.find("latest-good", tmp_path, "monthly").name == first
    assert archive.find(first[:-1], tmp_path).name == first
    with pytest.raises(UnknownRunError, match="3 runs begin with"):
        archive.find(first[:4], tmp_path)
    with pytest.raises(UnknownRunError, match="no run begins with"):
        archive.find("monthly", tmp_path)


def test_without_runs_there_is_nothing_to_find(tmp_path: Path) -> None:
    """The message says where was looked."""
    with pytest.raises(UnknownRunError, match="there is no run of monthly in"):
        archive.find("latest", tmp_path, "monthly")


def test_a_vanished_process_is_lost(tmp_path: Path) -> None:
    """A manifest that says running, of a process that is gone or another one by now, reads as lost."""
    mine: dict[str, Any] = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "process_started": psutil.Process().create_time(),
    }
    other = {**mine, "process_started": 0.0}
    gone = {**mine, "pid": 2**22 + 1}
    elsewhere = {**gone, "host": "another"}
    statuses = [
        archive.read_manifest(tmp_path / "monthly" / run_in(tmp_path, status="running", **facts))["status"]
        for facts in (mine, other, gone, elsewhere)
    ]
    assert statuses == ["running", "lost", "lost", "running"]


def test_a_lost_run_is_marked_as_such(tmp_path: Path) -> None:
    """Whoever looks first writes it down, so that it stays lost on a host where the process cannot be looked for."""
    folder = tmp_path / "monthly" / run_in(tmp_path, status="running", host=socket.gethostname(), pid=2**22 + 1)
    archive.read_manifest(folder)
    assert json.loads((folder / archive.MANIFEST).read_text())["status"] == "lost"


def test_manifests_of_the_first_format_are_read(tmp_path: Path) -> None:
    """What the first version did not record reads as not known."""
    folder = tmp_path / "monthly" / run_in(tmp_path)
    old = json.loads((folder / archive.MANIFEST).read_text())
    old["steps"] = [{"name": "eda", "notebook": "01_eda.ipynb"}]
    (folder / archive.MANIFEST).write_text(json.dumps({"format": 1, **old}))
    step = archive.read_manifest(folder)["steps"][0]
    assert (step["copy"], step["base"], step["attempts"], step["why"]) == ("01_eda.ipynb", "eda", [], None)


def test_manifests_of_the_second_format_are_read(tmp_path: Path) -> None:
    """They list no files but those of steps, and know no terms of going live."""
    folder = tmp_path / "monthly" / run_in(tmp_path)
    old = json.loads((folder / archive.MANIFEST).read_text())
    (folder / archive.MANIFEST).write_text(json.dumps({"format": 2, **old}))
    manifest = archive.read_manifest(folder)
    assert (manifest["format"], manifest["files"], manifest["policy"]) == (2, None, {})


def test_a_lost_run_lists_what_lies_there(tmp_path: Path) -> None:
    """Its manifest stands for all of its files, whoever looks first, and says what is not as a step had left it."""
    folder = tmp_path / "monthly" / run_in(tmp_path, status="running", host=socket.gethostname(), pid=2**22 + 1)
    manifest = json.loads((folder / archive.MANIFEST).read_text())
    file = {"path": "tables/gone.parquet", "bytes": 1, "sha256": "0" * 64}
    manifest["steps"] = [{"name": "eda", "notebook": "01_eda.ipynb", "status": "succeeded", "files": [file]}]
    (folder / archive.MANIFEST).write_text(json.dumps({"format": 3, **manifest}))
    (folder / archive.JOURNAL).write_text('{"at": "2026-01-15T04:00:09+00:00", "event": "run_started"}\n{"torn')
    (folder / "tables" / "half.parquet").write_text("half")
    found = archive.read_manifest(folder)
    assert [one["path"] for one in found["files"]] == ["journal.jsonl", "tables/half.parquet"]
    assert (found["steps"][0]["files"], found["steps"][0]["status"]) == ([], "lost")
    assert found["reason"].endswith("; tables/gone.parquet, which eda wrote, is gone")
    assert json.loads((folder / archive.MANIFEST).read_text()) == found


def test_a_sealed_run_comes_with_the_digest_of_its_manifest(tmp_path: Path) -> None:
    """A run that is under way is not sealed, and one that vanished is once somebody has looked."""
    here = psutil.Process()
    mine: dict[str, Any] = {
        "host": socket.gethostname(),
        "pid": here.pid,
        "process_started": here.create_time(),
    }
    assert archive.sealed(tmp_path / "monthly" / run_in(tmp_path, status="running", **mine)) is None
    folder = tmp_path / "monthly" / run_in(tmp_path, status="running", **{**mine, "pid": 2**22 + 1})
    sealed = archive.sealed(folder)
    assert sealed is not None
    assert (sealed[0]["status"], sealed[1]) == ("lost", digests.of_file(folder / archive.MANIFEST))


def test_a_manifest_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    """The fault is kept for the end of the run, and goes away with the next turn that is written."""
    manifest = archive.Manifest(tmp_path / "nowhere")
    manifest.write(a_record())
    assert manifest.fault is not None
    manifest.folder.mkdir()
    manifest.write(a_record())
    assert manifest.fault is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run_id": "another"}'])
def test_a_broken_manifest_is_an_error(tmp_path: Path, content: str) -> None:
    """What is no manifest of this run is named."""
    folder = archive.make_folder(tmp_path, "monthly", new_run_id())
    (folder / archive.MANIFEST).write_text(content)
    with pytest.raises(RecordError, match=r"run\.json"):
        archive.read_manifest(folder)


def test_new_and_changed_files_are_found(tmp_path: Path) -> None:
    """What a step wrote is told by its digest; links, hidden files and inputs are none of it."""
    folder = archive.make_folder(tmp_path, "monthly", new_run_id())
    (folder / "tables" / "old.parquet").write_text("old")
    (folder / "tables" / "changed.parquet").write_text("before")
    before = archive.snapshot(folder)
    (folder / "tables" / "changed.parquet").write_text("after, and longer")
    (folder / "artifacts" / "deep").mkdir()
    (folder / "artifacts" / "deep" / "new.csv").write_text("new")
    (folder / "artifacts" / ".hidden").write_text("x")
    (folder / "artifacts" / "link").symlink_to("/etc/hostname")
    (folder / "inputs").mkdir()
    (folder / "inputs" / "shop.csv").write_text("x")
    written = archive.written_since(folder, before)
    assert [(file.path, file.bytes) for file in written] == [
        ("artifacts/deep/new.csv", 3),
        ("tables/changed.parquet", 17),
    ]
    assert written[0].sha256.startswith("11507a0e2f5e69d5dfa40a62a1bd7b6e")
