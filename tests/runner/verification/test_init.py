"""Archives that nobody has tampered with are never said to be damaged, whatever their runs went through."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.ledger import reconcile
from runner.ledger.book import Book
from runner.tables import database
from runner.verification.findings import Kind
from runner.verification.verify import verify
from tests.runner.verification.life import Life, new_life

ARCHIVES = 1_000
PIECES = 10
KEY = "5d" * 32


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables."""
    path = tmp_path_factory.mktemp("template") / "results.db"
    engine = database.engine(f"sqlite:///{path}")
    database.migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder in memory, where the system has one: a thousand small databases wait for nothing but the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def assert_clean(life: Life) -> None:
    report = verify(life.settings)
    assert not report.findings.damages, (life.told, [str(one) for one in report.findings.damages])
    assert not report.findings.away, life.told


@pytest.mark.parametrize("piece", range(PIECES))
def test_no_false_alarm(piece: int, template: Path, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of 1,000 archives made by normal use, reviews, pruning and kills at any change of the disk is damaged."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is cut here
    kills = lines = 0
    for seed in range(piece * ARCHIVES // PIECES, (piece + 1) * ARCHIVES // PIECES):
        key = {"ledger_key": KEY} if seed % 4 == 0 else {}
        life = new_life(room / str(seed), template, seed, **key)
        for _ in range(life.chance.randint(1, 6)):
            life.go_on()
            if life.chance.random() < 0.15:
                assert_clean(life)
        assert_clean(life)
        kills += life.kills
        lines += verify(life.settings, quick=True).chain.size
        shutil.rmtree(life.settings.checkout)
    assert kills > ARCHIVES / PIECES / 4, "too few kills to show anything"
    assert lines > ARCHIVES / PIECES * 3


def test_no_false_alarm_with_a_bucket(
    template: Path, room: Path, s3_endpoint: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is an archive in a bucket, whatever deliveries were killed on their way there; two hosts may share it."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    lives = [
        new_life(room / str(seed), template, seed, bucket=f"{bucket}/shop", endpoint_url=s3_endpoint)
        for seed in range(5000, 5006)
    ]
    for _ in range(5):
        for life in lives:
            life.go_on()
    for life in lives:
        assert_clean(life)
    assert sum(life.kills for life in lives) > 2
    assert any(verify(life.settings, quick=True).anchors for life in lives)


def test_no_false_alarm_while_work_goes_on(template: Path, room: Path) -> None:
    """An archive is not said to be damaged because runs end, are delivered and are pruned while it is looked at."""
    life = new_life(room / "busy", template, 1)
    over = threading.Event()
    faults: list[BaseException] = []

    def work() -> None:
        try:
            while not over.is_set():
                with life.as_its_process():
                    life.chance.choice([life.run, life.run, life.sync, life.prune, life.review])()
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the test tells of it
            faults.append(fault)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(40):
            assert_clean(life)
    finally:
        over.set()
        worker.join()
    assert not faults
    assert len(Book.of(life.settings).lines()) > 10


def test_runs_from_before_the_ledger(template: Path, room: Path) -> None:
    """Runs of earlier versions are clean without a ledger, while it takes them in, and then; a later copy is added."""
    life = new_life(room / "old", template, 1)
    folders = [life.old_run() for _ in range(3)]
    assert verify(life.settings).findings.figures["runs"] == 3
    assert_clean(life)
    book = Book.of(life.settings)
    reconcile.reconcile(life.settings, book)
    assert [line.event for line in book.lines()] == ["opened", "adopted", "adopted", "adopted"]
    assert_clean(life)
    with life.as_its_process():
        life.run()
    late = life.old_run()
    assert [damage.place for damage in verify(life.settings).findings.damages] == [f"small/{late.name}"]
    shutil.rmtree(late)
    (folders[0] / "tables" / "x.parquet").write_bytes(b"y")
    assert [damage.kind for damage in verify(life.settings).findings.damages] == [Kind.ALTERED]
