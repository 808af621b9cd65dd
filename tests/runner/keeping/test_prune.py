"""Old runs leave the disk, and the ledger says which."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pytest

from runner.errors import DamageError
from runner.keeping import objects, pins, prune, removal
from runner.keeping.prune import Going, Staying
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.outcomes import Status
from runner.records import archive
from runner.settings import Settings
from tests.runner.keeping.archives import TABLE, a_run, begun, runs_left


def pruned(settings: Settings, keep: int, pipeline: str | None = None) -> list[Going]:
    return list(prune.carry_out(settings, prune.plan(settings, keep, pipeline)))


def events(settings: Settings, event: Event) -> list[str | None]:
    return [line.run_id for line in Book.of(settings).lines() if line.event is event]


def everything(settings: Settings) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in settings.output.rglob("*") if path.is_file()}


def test_the_newest_runs_of_each_pipeline_stay(settings: Settings) -> None:
    """Two of each stay, older ones go, the oldest first in nobody's way, and the ledger has their digests."""
    runs = [a_run(settings, pipeline) for pipeline in ("small", "other") * 3]
    lines = {line.run_id: line.digest for line in Book.of(settings).lines() if line.event is Event.FINISHED}
    done = pruned(settings, 2)
    assert {run.folder for run in done} == set(runs[:2])
    assert runs_left(settings) == runs[2:]
    told = [line for line in Book.of(settings).lines() if line.event is Event.PRUNED]
    assert {line.run_id: line.digest for line in told} == {run.name: lines[run.name] for run in runs[:2]}
    assert {line.facts["reason"] for line in told} == {
        "older than the newest 2 of small",
        "older than the newest 2 of other",
    }
    assert all(line.facts["files"] == 3 and line.facts["bytes"] > len(TABLE) for line in told)


def test_one_pipeline_alone(settings: Settings) -> None:
    """The runs of others are not looked at."""
    runs = [a_run(settings, pipeline) for pipeline in ("small", "other") * 2]
    pruned(settings, 1, "small")
    assert runs_left(settings) == runs[1:]


def test_a_dry_run_changes_nothing(settings: Settings) -> None:
    """The plan alone says all."""
    runs = [a_run(settings) for _ in range(3)]
    before = everything(settings)
    plan = prune.plan(settings, 1)
    assert [run.folder for run in plan.going] == runs[1::-1]
    assert plan.staying == (Staying(runs[2].name, "small", "is one of the newest 1 of small"),)
    assert everything(settings) == before


def test_the_bytes_that_are_free_are_those_that_no_run_shares(settings: Settings) -> None:
    """A table that a run which stays has frees nothing; with its last run it goes, and its object with it."""
    alone = b"another table " * 1000
    runs = [a_run(settings), a_run(settings, table=alone), a_run(settings, table=alone), a_run(settings)]
    before = used(settings)
    plan = prune.plan(settings, 1)
    list(prune.carry_out(settings, plan))
    assert runs_left(settings) == runs[3:]
    assert used(settings) == before - plan.frees
    assert len(alone) < plan.frees < len(alone) + len(TABLE)


def used(settings: Settings) -> int:
    """Bytes of all files, each counted once, without the ledger."""
    found = (path for path in settings.output.rglob("*") if path.is_file() and path.name != "ledger.jsonl")
    return sum({(status.st_dev, status.st_ino): status.st_size for status in map(Path.stat, found)}.values())


def test_pinned_approved_waiting_and_unfinished_runs_stay(settings: Settings) -> None:
    """Each says why."""
    book = Book.of(settings)
    pinned, approved, rejected, again, waits, running, unknown, *_ = folders = [
        a_run(settings),
        a_run(settings),
        a_run(settings),
        a_run(settings),
        a_run(settings),
        begun(settings),
        begun(settings, told=False),
        a_run(settings),
    ]
    pins.pin(book, pinned, "ada", "the accounts")
    for run, *verdicts in ((approved, Event.APPROVED), (rejected, Event.APPROVED, Event.REJECTED)):
        for verdict in verdicts:
            book.append(verdict, pipeline="small", run_id=run.name, who="grace")
    pins.pin(book, again, "ada")
    pins.unpin(book, again, "ada")
    (settings.output / "spool").mkdir()
    (settings.output / "spool" / f"{waits.name}.json").write_text("{}")
    plan = prune.plan(settings, 1)
    assert {run.folder for run in plan.going} == {rejected, again}
    why = {one.run_id: one.why for one in plan.staying}
    assert why.keys() == {folder.name for folder in folders if folder not in (rejected, again)}
    assert "pinned by ada" in why[pinned.name]
    assert "the accounts" in why[pinned.name]
    assert "approved by grace" in why[approved.name]
    assert "runner sync" in why[waits.name]
    assert why[running.name] == why[unknown.name] == "the ledger does not say yet how it ended"


def test_refused_runs_do_not_count(settings: Settings) -> None:
    """A week of runs that found the lock taken does not push the good ones out."""
    good = a_run(settings)
    refused = [a_run(settings, status=Status.SKIPPED) for _ in range(3)]
    assert not prune.plan(settings, 1).going
    newer = a_run(settings)
    pruned(settings, 1)
    assert runs_left(settings) == [newer]
    assert set(events(settings, Event.PRUNED)) == {run.name for run in (good, *refused)}


@pytest.mark.parametrize("how", ["altered", "missing", "moved", "line", "swapped"])
def test_a_damaged_archive_is_not_pruned(settings: Settings, how: str) -> None:
    """Nothing goes where the ledger says otherwise than the folders, or is not whole itself: it is evidence."""
    runs = [a_run(settings) for _ in range(4)]
    ledger = settings.output / "ledger.jsonl"
    if how == "altered":
        manifest = runs[0] / archive.MANIFEST
        manifest.write_bytes(manifest.read_bytes() + b" ")
    elif how == "missing":
        runs[0].rename(settings.output.parent / "taken")
    elif how == "moved":
        (settings.output / "other").mkdir()
        runs[0].rename(settings.output / "other" / runs[0].name)
    elif how == "line":
        ledger.write_bytes(ledger.read_bytes().replace(b'"succeeded"', b'"failed"', 1))
    else:
        lines = ledger.read_bytes().splitlines(keepends=True)
        lines[2], lines[3] = lines[3], lines[2]
        ledger.write_bytes(b"".join(lines))
    before = everything(settings)
    with pytest.raises(DamageError, match=r"runner verify") as raised:
        pruned(settings, 1)
    assert raised.value.exit_status == 8
    assert everything(settings) == before


def test_a_run_that_is_a_link_is_not_followed(settings: Settings) -> None:
    """What lies elsewhere is not ours to remove."""
    linked, _ = a_run(settings), a_run(settings)
    elsewhere = settings.output.parent / "elsewhere"
    linked.rename(elsewhere)
    linked.symlink_to(elsewhere)
    assert pruned(settings, 1) == []
    assert (elsewhere / archive.MANIFEST).exists()


def test_repeating_it_adds_nothing(settings: Settings) -> None:
    """No second line, and nothing else to remove."""
    for _ in range(3):
        a_run(settings)
    pruned(settings, 1)
    before = everything(settings)
    assert pruned(settings, 1) == []
    assert everything(settings) == before


def test_a_pin_that_comes_between_wins(settings: Settings) -> None:
    """A run that is pinned after the plan was made stays, and no line says that it went."""
    runs = [a_run(settings) for _ in range(3)]
    plan = prune.plan(settings, 1)
    pins.pin(Book.of(settings), runs[0], "ada")
    assert [run.folder for run in prune.carry_out(settings, plan)] == [runs[1]]
    assert runs_left(settings) == [runs[0], runs[2]]
    assert events(settings, Event.PRUNED) == [runs[1].name]


def test_the_line_says_that_the_bucket_keeps_what_it_has(settings: Settings) -> None:
    """Pruning frees the disk only."""
    for _ in range(2):
        a_run(settings)
    pruned(dataclasses.replace(settings, bucket="shop/archive"), 1)
    (line,) = (line for line in Book.of(settings).lines() if line.event is Event.PRUNED)
    assert line.facts["bucket"] == "shop/archive"


STEPS = ["line", "rename", "rmtree", "unlink-2", "sweep"]


@pytest.mark.parametrize("at", STEPS)
def test_a_kill_anywhere_is_finished_by_repeating(settings: Settings, at: str) -> None:
    """Wherever the process is killed, no reader meets half a run, and the next call ends as if nothing had been."""
    runs = [a_run(settings) for _ in range(4)]
    process = multiprocessing.get_context("fork").Process(target=_prune_and_die, args=(settings, at))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    for folder in runs_left(settings):
        assert json.loads((folder / archive.MANIFEST).read_text())["run_id"] == folder.name
        assert (folder / "tables/a.parquet").read_bytes() == TABLE
    pruned(settings, 1)
    assert runs_left(settings) == runs[3:]
    assert sorted(map(str, events(settings, Event.PRUNED))) == sorted(run.name for run in runs[:3])
    assert not list(settings.output.glob(removal.FORM))
    assert len(list((settings.output / objects.FOLDER).glob("??/*"))) == 2


def _prune_and_die(settings: Settings, at: str) -> None:
    name, _, number = at.partition("-")
    count = int(number or 1)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        wanted = {
            "line": event == "os.rename",
            "rename": event == "shutil.rmtree",
            "rmtree": event == "os.rmdir",
            "unlink": event == "os.remove",
            "sweep": event == "os.remove" and "objects" in str(arguments[0]),
        }
        if wanted[name]:
            count -= 1
            if count == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    pruned(settings, 1)


def test_two_at_once_do_each_run_once(settings: Settings) -> None:
    """Whoever comes second finds a run gone, and that is no fault."""
    runs = [a_run(settings) for _ in range(30)]
    processes = [
        multiprocessing.get_context("fork").Process(target=pruned, args=(settings, 1 + number % 2))
        for number in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert runs_left(settings) == runs[29:]
    assert sorted(map(str, events(settings, Event.PRUNED))) == sorted(run.name for run in runs[:29])
    assert not list(settings.output.glob(removal.FORM))
