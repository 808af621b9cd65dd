"""One run of a pipeline at a time: racers, killed holders, holders that stand still and wake up too late."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy as sa

from insiders.publish import publish
from runner.delivery.desk import Completion
from runner.errors import LockedError
from runner.locking.lock import hold
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from runner.tables.advisory import NAME
from tests import results
from tests.faults.holders import PIPELINE, PROCESSES, WAIT_S, Try, deliver, keep, race
from tests.runner import runs

RACERS, ROUNDS, KILLS = 16, 100, 10
FREE_WITHIN_S = 1
LOCKS = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"


Start = Callable[..., tuple[BaseProcess, Connection]]


@pytest.fixture
def start() -> Iterator[Start]:
    """A way to start processes that have a wire to the test, all of which end with it."""
    started: list[BaseProcess] = []

    def begin(work: Callable[..., None], *arguments: Any, **options: Any) -> tuple[BaseProcess, Connection]:
        here, there = PROCESSES.Pipe()
        process = PROCESSES.Process(target=work, args=arguments, kwargs={"wire": there, **options})
        process.start()
        there.close()
        started.append(process)
        return process, here

    yield begin
    for process in started:
        process.kill()
        process.join()


def hosts(tmp_path: Path, database_url: str, number: int = 2) -> list[Settings]:
    """Installations with an output folder each, and one database."""
    return [runs.settings(tmp_path / f"shop-{one}", database_url) for one in range(1, number + 1)]


def told(wire: Connection) -> Any:
    """What a process says next."""
    assert wire.poll(WAIT_S), "the process said nothing"
    return wire.recv()


def tell(figures: str) -> None:
    """Print what was measured, for those who look (pytest -s, or -rP)."""
    sys.stdout.write(f"\n{figures}\n")


def taken_within(settings: Settings, seconds: float) -> float:
    """How long it took until the lock could be had."""
    began = time.perf_counter()
    while True:
        try:
            with hold(settings, PIPELINE, new_run_id()):
                return time.perf_counter() - began
        except LockedError:
            if time.perf_counter() - began > seconds:
                raise


def free_after(settings: Settings) -> float:
    """How long it takes until neither the file nor the database has a lock any more."""
    began = time.perf_counter()
    with (settings.output / ".locks" / f"{PIPELINE}.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    while settings.database_url.startswith("postgresql") and query(settings, LOCKS):
        time.sleep(0.001)
    return time.perf_counter() - began


@pytest.mark.parametrize("place", ["files", "database"])
def test_of_racers_one_wins(tmp_path: Path, request: pytest.FixtureRequest, place: str) -> None:
    """Sixteen try for one lock, a hundred times: one gets it each time, with the next number, and the others are told.

    First with one output folder and nothing but its files, then on two hosts that share nothing but a database.
    """
    if place == "files":
        shops = [runs.settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")]
    else:
        shops = hosts(tmp_path, request.getfixturevalue("postgres_url"))
    together, answers = PROCESSES.Barrier(RACERS), PROCESSES.Queue()
    racers = [
        PROCESSES.Process(target=race, args=(shops[number % len(shops)], ROUNDS, together, answers))
        for number in range(RACERS)
    ]
    began = time.perf_counter()
    for racer in racers:
        racer.start()
    heard: list[list[Try] | str] = [answers.get(timeout=10 * WAIT_S) for _ in racers]
    for racer in racers:
        racer.join()
    tell(f"{RACERS} racers, {ROUNDS} rounds, {place}: {time.perf_counter() - began:.1f} s")
    assert not [fault for fault in heard if isinstance(fault, str)]
    tries = [one for own in heard for one in own if isinstance(one, Try)]
    won = [one for one in tries if one.fence is not None]
    assert sorted(one.round for one in won) == list(range(ROUNDS))
    assert [one.fence for one in sorted(won, key=lambda one: one.round)] == list(range(1, ROUNDS + 1))
    winners = {one.round: one.run_id for one in won}
    lost = [one for one in tries if one.fence is None]
    assert len(lost) == (RACERS - 1) * ROUNDS
    assert all(one.said.startswith("monthly is held by run ") for one in lost), {one.said for one in lost}
    if place == "files":
        assert all(winners[one.round] in one.said for one in lost)


def test_a_killed_holder_leaves_no_lock(tmp_path: Path, database_url: str, start: Start) -> None:
    """Kill the holder outright while children of its live on: the lock is free within a second, on every host."""
    here, there = hosts(tmp_path, database_url)
    there = here if database_url.startswith("sqlite") else there
    longest = 0.0
    for _ in range(KILLS):
        holder, wire = start(keep, here, new_run_id())
        children = told(wire)
        with pytest.raises(LockedError, match=f"process {holder.pid}"), hold(there, PIPELINE, new_run_id()):
            pass
        os.kill(holder.pid or 0, signal.SIGKILL)
        longest = max(longest, free_after(here))
        for shop in (there, here):
            taken_within(shop, 0)
        assert all(psutil.pid_exists(child) for child in children)
        for child in children:
            os.kill(child, signal.SIGKILL)
    tell(f"longest wait for the lock of a killed holder, {KILLS} kills: {longest * 1000:.0f} ms")
    assert longest < FREE_WITHIN_S


@pytest.fixture
def shops(tmp_path: Path, database_url: str) -> list[Settings]:
    """Two hosts that share one database."""
    return hosts(tmp_path, database_url)


@pytest.fixture
def folder(shops: list[Settings]) -> Path:
    """The folder of a run on the first host."""
    return results.run_folder(shops[0])


@pytest.fixture
def asked(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a notebook of the run asks to publish."""
    return ask(folder, tmp_path, monkeypatch)


def ask(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Publish as a notebook does that nobody answers; the request that it left."""
    aside = tmp_path / "kernel"
    aside.mkdir()
    for name, value in {"SPOOL": str(aside), "RUN_ID": folder.name, "STEP": "report"}.items():
        monkeypatch.setenv(f"INSIDERS_{name}", value)
    publish(folder, tables={"segments": results.rows("segments")}, wait_s=0)
    return aside / "report-1.request.json"


def end_sessions(settings: Settings) -> None:
    """End every session of the database, as an administrator does with those of a host that stands still."""
    if settings.database_url.startswith("sqlite"):
        return
    others = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    while query(settings, f"SELECT pg_terminate_backend(pid) {others}"):
        time.sleep(0.02)


def query(settings: Settings, text: str) -> list[tuple[Any, ...]]:
    engine = sa.create_engine(settings.database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(text))]


def assert_nothing_was_published(shops: list[Settings], folder: Path, taker: str, told: tuple[str, Completion]) -> None:
    """The run was refused everything, says so in one line, and leaves `sync` nothing to publish."""
    receipt, done = told
    said = f"run {taker} took over monthly at "
    assert json.loads(receipt)["status"] == "refused"
    assert json.loads(receipt)["reason"].startswith(said)
    assert len(done.refused) == 1
    assert done.refused[0].startswith(said)
    assert done.refused[0].endswith(": nothing of this run is published")
    assert "\n" not in done.refused[0]
    assert (done.pending, done.promotion) == (False, None)
    assert list((shops[0].output / "spool").glob("*.json")) == []
    for table in ("segments", "deliveries", "published_runs", "runs"):
        assert query(shops[0], f"SELECT * FROM {table} WHERE run_id = '{folder.name}'") == []


@pytest.mark.parametrize("taker_goes_on", [True, False], ids=["while-the-next-runs", "after-the-next-ended"])
def test_a_holder_that_stood_still_publishes_nothing(
    shops: list[Settings], folder: Path, asked: Path, start: Start, taker_goes_on: bool
) -> None:
    """A run that was stopped loses its session, and another host runs the pipeline: when it thaws, it is shut out."""
    frozen, wire = start(deliver, shops[0], folder, asked, limits={})
    fence = told(wire)
    os.kill(frozen.pid or 0, signal.SIGSTOP)
    end_sessions(shops[0])
    taker = new_run_id()
    with contextlib.ExitStack() as running:
        assert running.enter_context(hold(shops[1], PIPELINE, taker)).fence == fence + 1
        if not taker_goes_on:
            running.close()
        os.kill(frozen.pid or 0, signal.SIGCONT)
        wire.send("go on")
        assert_nothing_was_published(shops, folder, taker, told(wire))


@pytest.mark.parametrize("stops", ["before", "amid"])
def test_a_holder_that_stands_still_while_it_stages_is_passed_by(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, start: Start, stops: str
) -> None:
    """The server ends the lock of a run that stands still, and the next run ends what it has open, even amid rows."""
    shops = hosts(tmp_path, postgres_url)
    folder = results.run_folder(shops[0])
    asked = ask(folder, tmp_path, monkeypatch)
    frozen, wire = start(deliver, shops[0], folder, asked, limits={("advisory", "SILENCE_S"): 2}, stops=stops)
    told(wire)
    wire.send("go on")
    while psutil.Process(frozen.pid).status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)
    waited = taken_within(shops[1], 20)
    tell(f"free {waited:.1f} s after the holder stood still, with a limit of 2 s")
    (taker,) = query(shops[0], "SELECT run_id FROM pipeline_locks WHERE fence = 2")[0]
    os.kill(frozen.pid or 0, signal.SIGCONT)
    assert_nothing_was_published(shops, folder, taker, told(wire))


def test_a_lost_session_is_replaced(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    """A run whose session was ended, and nobody else's run began, has its lock again in a moment, and delivers."""
    shops = hosts(tmp_path, postgres_url)
    folder = results.run_folder(shops[0])
    asked = ask(folder, tmp_path, monkeypatch)
    _, wire = start(deliver, shops[0], folder, asked, limits={("lock", "BEAT_S"): 0.1})
    told(wire)
    end_sessions(shops[0])
    while not query(shops[0], f"SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '{NAME}%'"):
        time.sleep(0.01)
    with pytest.raises(LockedError, match=f"monthly is held by run {folder.name} on "):
        taken_within(shops[1], 0)
    wire.send("go on")
    receipt, done = told(wire)
    assert json.loads(receipt)["status"] == "delivered"
    assert (done.refused, done.promotion.promoted) == ((), True)
    assert query(shops[0], "SELECT run_id, fence FROM pipeline_locks") == [(folder.name, 1)]


@pytest.mark.parametrize("kind", ["rubbish", "folder", "link"])
def test_whatever_lies_in_the_place_of_the_lock_needs_nobody(tmp_path: Path, kind: str) -> None:
    """Rubbish in the lock file, a folder or a link in its place: the lock is taken, and keeps others out."""
    (shop,) = hosts(tmp_path, f"sqlite:///{tmp_path / 'results.db'}", 1)
    place = shop.output / ".locks" / f"{PIPELINE}.lock"
    place.parent.mkdir(parents=True)
    if kind == "rubbish":
        place.write_bytes(os.urandom(1 << 20))
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/etc/passwd")
    with hold(shop, PIPELINE, new_run_id()), pytest.raises(LockedError, match="monthly is held by"):
        taken_within(shop, 0)
    taken_within(shop, 0)
