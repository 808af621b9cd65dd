"""The last part of a delivery: what it costs, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runner.delivery.spool import Spool, sync
from runner.keeping import objects
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records import archive, digests
from runner.records.record import FileRecord
from runner.settings import Settings
from runner.stores import store
from runner.stores.s3 import s3_client
from tests import results
from tests.runner.delivery.test_spool import as_step, ask, versions
from tests.runner.runs import ended, run_row, settings
from tests.runner.stores.requests import Requests

MANIFEST_ANCHOR_POINTER = 3
BIG = 3 << 20


@pytest.fixture
def remote(tmp_path: Path, s3_endpoint: str, bucket: str) -> Settings:
    """An installation with a bucket."""
    url = f"sqlite:///{tmp_path / 'results.db'}"
    return settings(tmp_path, url, bucket=f"{bucket}/kept", endpoint_url=s3_endpoint)


@pytest.fixture
def requests(remote: Settings, monkeypatch: pytest.MonkeyPatch) -> Requests:
    """All that is asked of the bucket."""
    client = s3_client(remote.endpoint_url)
    monkeypatch.setattr(store, "s3_client", lambda _: client)
    return Requests.of(client)


def delivered(remote: Settings, monkeypatch: pytest.MonkeyPatch, hour: int) -> Path:
    """The folder of a run that was delivered and is current, with a model of some megabytes that is always the same."""
    folder = results.run_folder(remote)
    (folder / "artifacts" / "model.npz").write_bytes(bytes(range(256)) * (BIG // 256))
    with Spool(remote, run_row(folder, hour=hour), folder) as spool:
        as_step(monkeypatch, spool)
        assert ask(folder).status == "delivered"
        ended(remote, folder, hour=hour)
        files = archive.read_manifest(folder)["files"]
        objects.link(remote.output, folder, [(file["path"], file["sha256"], file["bytes"]) for file in files])
        done = spool.complete()
    assert done.promotion is not None
    assert done.promotion.promoted
    return folder


def test_a_run_costs_its_files_and_three(remote: Settings, requests: Requests, monkeypatch: pytest.MonkeyPatch) -> None:
    """One upload for each file, its manifest, an anchor of the ledger, and the file that says what is current."""
    folder = delivered(remote, monkeypatch, hour=4)
    files = archive.read_manifest(folder)["files"]
    contents = {file["sha256"] for file in files}
    assert requests.methods["PUT"] == len(contents) + MANIFEST_ANCHOR_POINTER <= len(files) + 3
    assert requests.sent < BIG + 64_000


def test_a_second_run_of_the_same_adds_kilobytes(
    remote: Settings, requests: Requests, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    """What is known to be there is looked at, and neither sent nor kept on the disk a second time."""
    delivered(remote, monkeypatch, hour=4)
    before, disk = versions(s3, remote), _bytes(remote.output)
    requests.clear()
    folder = delivered(remote, monkeypatch, hour=5)
    new = {key.rpartition("/")[2] for key in versions(s3, remote)[len(before) :]} - {"run.json", "current.json"}
    assert requests.methods["PUT"] <= MANIFEST_ANCHOR_POINTER + len(new)
    assert requests.sent < 64_000
    assert _bytes(remote.output) - disk < 64_000
    assert (folder / "artifacts" / "model.npz").stat().st_nlink == 3


def _bytes(folder: Path) -> int:
    """What the files below a folder take on the disk; the database aside."""
    inodes = {path.stat().st_ino: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return sum(inodes.values())


def test_a_record_that_the_ledger_does_not_know_is_not_delivered(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    """A manifest that was altered between the run's end and its delivery is damage: only the ledger's head is kept."""
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ended(remote, folder)
        manifest = json.loads((folder / archive.MANIFEST).read_text())
        (folder / archive.MANIFEST).write_text(json.dumps({**manifest, "reason": "all is well"}))
        done = spool.complete()
    assert (done.pending, done.damaged, done.promotion) == (False, True, None)
    assert "is not the record that the ledger tells of" in done.refused[0]
    assert all("/ledger/" in key for key in versions(s3, remote))
    assert [one.completion.refused for one in sync(remote)] == [done.refused]


def test_a_file_that_was_altered_since_stops_the_delivery(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    """Its record would point to nothing; the manifest, which says that all is there, is not written."""
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ended(remote, folder)
        (folder / "journal.jsonl").write_text("nothing happened\n")
        done = spool.complete()
    assert (done.pending, done.promotion) == (False, None)
    assert "journal.jsonl was altered" in done.refused[0]
    assert not any(key.endswith("run.json") for key in versions(s3, remote))


def test_nothing_is_delivered_before_the_ledger_tells_of_the_end(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    """A line that could not be written keeps the run pending; `sync` writes it and delivers."""
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        kept = versions(s3, remote)
        ended(remote, folder)
        Book.of(remote).path.unlink()
        done = spool.complete(withheld="the disk is full")
        assert (done.pending, done.reason) == (True, "the disk is full")
        assert "does not tell yet how the run ended" in (spool.complete().reason or "")
    assert versions(s3, remote) == kept
    Book.of(remote).append(Event.STARTED, pipeline="monthly", run_id=folder.name)
    (one,) = sync(remote)
    assert one.completion.promotion is not None
    assert one.completion.promotion.promoted


def test_a_published_file_that_changed_later_is_kept_as_it_ended(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    """Both contents lie under their digests: the receipt is true, and so is the manifest."""
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        first = digests.of_file(folder / "artifacts" / "insiders.csv")
        (folder / "artifacts" / "insiders.csv").write_text("customer_id\n1\n")
        ended(remote, folder)
        assert spool.complete().refused == ()
    last = FileRecord(**next(one for one in archive.read_manifest(folder)["files"] if "insiders" in one["path"]))
    kept = {key.rpartition("/")[2] for key in versions(s3, remote)}
    assert {first, last.sha256} <= kept
    assert first != last.sha256


def test_a_ledger_that_is_another_than_the_databases_delivers_nothing(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    """Lines that were cut off and written anew are damage: no manifest, and nothing goes live."""
    delivered(remote, monkeypatch, hour=4)
    book, before = Book.of(remote), versions(s3, remote)
    book.path.write_bytes(book.path.read_bytes().splitlines(keepends=True)[0])
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder, hour=5), folder) as spool:
        as_step(monkeypatch, spool)
        ended(remote, folder, hour=5)
        book.append(Event.PINNED, pipeline="monthly", run_id=folder.name)
        done = spool.complete()
    assert (done.damaged, done.promotion) == (True, None)
    assert "line 2 of the ledger here is not the one that the database has (3 differ)" in done.refused[0]
    assert not any(folder.name in key for key in versions(s3, remote)[len(before) :])
