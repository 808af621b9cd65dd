"""What a kill left untold."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runner.delivery.spool import sync
from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.outcomes import Status
from runner.records import archive, digests
from runner.records.identifiers import new_run_id
from runner.settings import CHECKOUT, Settings
from tests.runner import dying, runs
from tests.runner.bench import one
from tests.runner.runs import a_step

GONE = {"git": {"commit": None}, "host": "", "user": "cron", "pid": 2**22 + 1, "process_started": 0.0}
FOUND = {"status": "lost", "found": True}
POINTS = {
    "runner.ledger.reconcile.started": "lost",
    "runner.run.Spool.__enter__": "lost",
    "runner.course.run_step": "lost",
    "runner.closing.with_lineage": "lost",
    "runner.ledger.reconcile.finished": "succeeded",
    "runner.keeping.objects.link": "succeeded",
    "runner.run.Spool.complete": "succeeded",
}
"""Where a run is killed, and what it is found to have come to."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return runs.settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")


@pytest.fixture
def book(settings: Settings) -> Book:
    return Book.of(settings)


def folder_of(settings: Settings, status: str = "succeeded", version: int = 3, **facts: Any) -> Path:
    """A run folder that no ledger knows, of a process that is gone."""
    folder = archive.make_folder(settings.output, "small", new_run_id())
    provenance = {**GONE, "host": socket.gethostname()}
    runs.begun(folder, status=Status(status), provenance=provenance, **facts)
    manifest = json.loads((folder / archive.MANIFEST).read_text())
    (folder / archive.MANIFEST).write_text(json.dumps({**manifest, "format": version}))
    (folder / archive.JOURNAL).write_text("")
    return folder


def events(book: Book) -> list[str]:
    return [line.event for line in book.lines()]


@pytest.mark.parametrize(("point", "status"), POINTS.items())
def test_a_killed_run_is_in_the_ledger_all_the_same(tmp_path: Path, point: str, status: str) -> None:
    """Kill a run between any two of its parts: whoever comes next writes what is missing, once, and nothing else."""
    command = [sys.executable, "-m", "tests.runner.dying", str(tmp_path), point]
    dead = subprocess.run(command, cwd=CHECKOUT, timeout=120, capture_output=True)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    settings = dying.bench_in(tmp_path).settings
    (synced,) = sync(settings)
    assert (synced.completion.pending, synced.completion.refused) == (False, ())
    (folder,) = archive.run_folders(settings.output)
    opened, started, finished = Book.of(settings).lines()
    assert [line.event for line in (opened, started, finished)] == [Event.OPENED, Event.STARTED, Event.FINISHED]
    assert {line.run_id for line in (started, finished)} == {synced.run_id} == {folder.name}
    assert finished.digest == digests.of_file(folder / archive.MANIFEST)
    assert finished.facts["status"] == status == archive.read_manifest(folder)["status"]
    assert reconcile.reconcile(settings, Book.of(settings)) == []
    assert list(sync(settings)) == []


def test_a_run_tells_its_beginning_and_its_end(tmp_path: Path) -> None:
    """In this order, with the digest of the final manifest; a second run writes its own two lines."""
    bench = dying.bench_in(tmp_path)
    first, second = bench.run(one("writes")), bench.run(one("fails"))
    lines = Book.of(bench.settings).lines()
    assert [line.event for line in lines] == ["opened", "started", "finished", "started", "finished"]
    assert [line.run_id for line in lines[1:]] == [first.folder.name] * 2 + [second.folder.name] * 2
    assert [line.pipeline for line in lines[1:]] == ["small"] * 4
    assert [line.digest for line in lines[2::2]] == [
        digests.of_file(ended.folder / archive.MANIFEST) for ended in (first, second)
    ]
    assert [line.facts for line in lines[2::2]] == [{"status": "succeeded"}, {"status": "failed"}]


def test_folders_from_before_the_ledger_are_adopted(settings: Settings, book: Book) -> None:
    """Each once, with the digest of its manifest; also where a kill stopped it half way."""
    old = [folder_of(settings, version=number) for number in (1, 2, 2)]
    first = old[0]
    book.append(Event.ADOPTED, pipeline="small", run_id=first.name, digest=digests.of_file(first / archive.MANIFEST))
    assert [line.run_id for line in reconcile.reconcile(settings, book)] == [folder.name for folder in old[1:]]
    assert events(book) == ["opened", "adopted", "adopted", "adopted"]
    assert [line.digest for line in book.lines()[1:]] == [digests.of_file(one / archive.MANIFEST) for one in old]
    assert reconcile.reconcile(settings, book) == []


def test_a_folder_that_was_put_there_is_not_adopted(settings: Settings, book: Book) -> None:
    """Once the ledger is in use, or for a manifest as only runners with a ledger write it, nobody enters it."""
    folder_of(settings)
    assert reconcile.reconcile(settings, book) == []
    reconcile.started(book, folder_of(settings, "running"))
    put = folder_of(settings, version=2)
    assert put.name not in {line.run_id for line in reconcile.reconcile(settings, book)}
    assert events(book) == ["opened", "started", "finished"]


def test_a_run_that_had_begun_before_the_ledger_is_entered_at_its_end(settings: Settings, book: Book) -> None:
    """An older runner may be at it while the ledger begins; it does not write lines, so others do."""
    folder = archive.make_folder(settings.output, "small", new_run_id())
    runs.begun(folder)
    assert [line.event for line in reconcile.reconcile(settings, book)] == ["started"]
    assert reconcile.reconcile(settings, book) == []
    manifest = {**json.loads((folder / archive.MANIFEST).read_text()), "status": "succeeded", "format": 2}
    (folder / archive.MANIFEST).write_text(json.dumps(manifest))
    (line,) = reconcile.reconcile(settings, book)
    assert (line.event, line.facts) == ("finished", {"status": "succeeded", "found": True})


def test_a_run_in_which_nothing_ran_is_taken_in(settings: Settings, book: Book) -> None:
    """A kill between its first record and its first line; a folder in which something ran is nobody's."""
    reconcile.started(book, folder_of(settings, "running"))
    empty = folder_of(settings, "running", steps=(a_step(),))
    (empty / archive.JOURNAL).unlink()
    ran = folder_of(settings, "running")
    lines = reconcile.reconcile(settings, book)
    assert [(line.event, line.facts) for line in lines[-2:]] == [("started", {}), ("finished", FOUND)]
    assert ran.name not in {line.run_id for line in lines}
    assert [line.run_id for line in lines[-2:]] == [empty.name] * 2


def test_a_run_that_is_found_ended_gets_a_place_in_the_spool(settings: Settings, book: Book) -> None:
    """It is archived like any other; the place comes first, so that a kill before the line loses nothing."""
    folder = folder_of(settings, "running")
    reconcile.started(book, folder)
    reconcile.reconcile(settings, book)
    state = json.loads((settings.output / "spool" / f"{folder.name}.json").read_text())
    assert (state["run"]["status"], state["go_live"]) == ("lost", False)
    assert state["run"]["digest"] == book.lines()[-1].digest


def test_a_broken_manifest_is_left_to_verify(settings: Settings, book: Book) -> None:
    """Nobody knows how that run ended; the others are completed all the same."""
    broken, whole = folder_of(settings, "running"), folder_of(settings, "running")
    for folder in (broken, whole):
        reconcile.started(book, folder)
    (broken / archive.MANIFEST).write_text("{")
    assert [line.run_id for line in reconcile.reconcile(settings, book)] == [whole.name]
