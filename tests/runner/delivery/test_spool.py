"""The spool, from a notebook's `publish` to the bucket and the database, through outages, crashes and lies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from insiders.errors import PublishError
from insiders.publish import publish
from insiders.receipts import Receipt
from runner.delivery import conclusion
from runner.delivery import places as places_of_delivery
from runner.delivery.desk import Desk
from runner.delivery.spool import Spool, sync
from runner.ledger.book import Book
from runner.locking.holder import Holder
from runner.records import digests
from runner.records.record import Metric
from runner.settings import Settings
from runner.tables import database, fences
from runner.tables.run_rows import earlier
from tests import results
from tests.runner.runs import ended, run_row, settings
from tests.servers import Server, make_bucket

TABLES = ("customers", "segments", "answers")
POINTS = (
    "runner.delivery.places._stage",
    "runner.delivery.desk.answer",
    "runner.records.archive.write_aside",
    "runner.ledger.reconcile.finished",
    "runner.delivery.state.save",
    "runner.delivery.desk.announce",
    "runner.delivery.conclusion.keep_all",
    "runner.delivery.conclusion.record",
    "runner.delivery.conclusion.mark",
    "runner.delivery.conclusion.promote",
    "runner.delivery.chronicle.complete",
    "runner.promotion.aftermath.publish_lines",
    "runner.delivery.anchors.of_run",
    "runner.promotion.pointer.follow",
    "runner.delivery.spool._clear",
)
"""Where a delivery is cut off: each function is where the next part of it would have begun."""
LOST = 3
"""At so many points of these nobody knows yet how the run is going to end."""


@pytest.fixture
def remote(tmp_path: Path, postgres_url: str, s3_endpoint: str, bucket: str) -> Settings:
    """An installation with PostgreSQL and a bucket."""
    return settings(tmp_path, postgres_url, bucket=f"{bucket}/kept", endpoint_url=s3_endpoint)


@pytest.fixture(params=["local", "remote"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation on one machine, and one with PostgreSQL and a bucket."""
    if request.param == "remote":
        return request.getfixturevalue("remote")
    return settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")


def ask(folder: Path, tables: tuple[str, ...] = TABLES, **options: Any) -> Receipt:
    """Publish small tables and an artifact, as the report's last cell does."""
    asked = {name: results.rows(name) for name in tables}
    return publish(folder, tables=asked, artifacts=["artifacts/insiders.csv"], **options)


def as_step(monkeypatch: pytest.MonkeyPatch, spool: Spool, step: str = "report") -> None:
    """Make this process look like the kernel of a step."""
    for name, value in {**spool.environment, "INSIDERS_STEP": step}.items():
        monkeypatch.setenv(name, value)


def query(places: Settings, text: str) -> list[tuple[Any, ...]]:
    engine = sa.create_engine(places.database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(text))]


def versions(s3: Any, places: Settings) -> list[str]:
    """The key of every version of every object."""
    bucket = (places.bucket or "").partition("/")[0]
    return [version["Key"] for version in s3.list_object_versions(Bucket=bucket).get("Versions", [])]


def kept(s3: Any, places: Settings) -> list[str]:
    """The files of every run whose manifest is in the bucket; each has its object, and no object is there twice."""
    bucket, _, prefix = (places.bucket or "").partition("/")
    keys = versions(s3, places)
    written_once = [key for key in keys if not key.endswith("current.json")]
    assert len(written_once) == len(set(written_once))
    found = []
    for key in (key for key in keys if key.endswith("/run.json")):
        manifest = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        files = [file for step in manifest["steps"] for file in step["files"]] + manifest["files"]
        assert {f"{prefix}/objects/{file['sha256'][:2]}/{file['sha256']}" for file in files} <= set(keys)
        found += ["run.json", *(file["path"] for file in files)]
    return sorted(found)


EVERYTHING = sorted(
    ["01_eda.ipynb", "artifacts/insiders.csv", "journal.jsonl", "run.json", "tables/source.parquet"]
    + [f"results/{name}.parquet" for name in TABLES]
)


def test_a_run_is_delivered_whole(
    places: Settings, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Rows are staged while the cell waits; when the run has ended its files follow, and its results go live."""
    folder = results.run_folder(places)
    with Spool(places, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        receipt = ask(folder)
        assert receipt.status == "delivered"
        assert query(places, "SELECT count(*) FROM customers") == [(3,)]
        assert query(places, "SELECT count(*) FROM current_customers") == [(0,)]
        digest = ended(places, folder, metrics=[Metric("rows", 3, "rows")])
        done = spool.complete()
    assert (done.pending, done.refused, done.objects) == (False, (), len(EVERYTHING))
    assert done.promotion is not None
    assert done.promotion.promoted
    assert query(places, "SELECT count(*) FROM current_customers") == [(3,)]
    columns = "status, digest, source, source_sha256, username"
    row = ("succeeded", digest, "uci:online-retail", results.source()["sha256"][0], "cron")
    assert query(places, f"SELECT {columns} FROM runs") == [row]
    assert query(places, "SELECT step, name, value FROM metrics") == [("report", "rows", 3.0)]
    assert list((places.output / "spool").iterdir()) == []
    if places.bucket:
        assert kept(request.getfixturevalue("s3"), places) == EVERYTHING


def test_the_manifest_comes_last(remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any) -> None:
    """In the bucket run.json says that the run's files are there; only what points to the run is newer."""
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        bucket = (remote.bucket or "").partition("/")[0]
        keys = {found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]}
        assert not any(key.endswith("run.json") for key in keys)
        ended(remote, folder)
        spool.complete()
    found = s3.list_objects_v2(Bucket=bucket)["Contents"]
    manifest = next(one for one in found if one["Key"].endswith("run.json"))
    after = [one["Key"] for one in found if one["LastModified"] > manifest["LastModified"]]
    assert all("/ledger/" in key or key.endswith("/current.json") for key in after)
    files = [one["LastModified"] for one in found if "/objects/" in one["Key"]]
    assert len(files) == len(EVERYTHING) - 1
    assert max(files) <= manifest["LastModified"]


def test_publishing_twice_changes_nothing(places: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that is run again gets the same receipt, and rows and deliveries stay as they were."""
    folder = results.run_folder(places)
    with Spool(places, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        first = ask(folder)
        before = query(places, "SELECT * FROM deliveries ORDER BY table_name")
        assert ask(folder) == first
        assert query(places, "SELECT * FROM deliveries ORDER BY table_name") == before
        assert query(places, "SELECT count(*) FROM customers") == [(3,)]


def test_an_altered_second_publication_is_refused(places: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other rows, or another file, under a name that is delivered: the cell fails, and what was delivered stays."""
    folder = results.run_folder(places)
    with Spool(places, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        with pytest.raises(PublishError, match="other content"):
            publish(folder, tables={"segments": results.rows("segments", action="nothing")})
        (folder / "artifacts" / "insiders.csv").write_text("customer_id\n1\n")
        with pytest.raises(PublishError, match="other content"):
            publish(folder, artifacts=["artifacts/insiders.csv"])
        assert query(places, "SELECT DISTINCT action FROM segments ORDER BY 1")[0] == ("action 0",)


def test_a_run_that_failed_is_kept_as_well(places: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files and its row are delivered; its results stay staged."""
    folder = results.run_folder(places)
    with Spool(places, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        ended(places, folder, "failed")
        done = spool.complete()
    assert done.promotion is not None
    assert done.promotion.text == "staged, not promoted: the run's status is failed"
    assert done.objects == len(EVERYTHING)
    assert query(places, "SELECT status FROM runs") == [("failed",)]
    assert query(places, "SELECT * FROM published_runs") == []


def test_generated_data_never_go_live_on_postgres(remote: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the notebook's source table says of itself reaches the promotion."""
    folder = results.run_folder(remote, synthetic=True)
    with Spool(remote, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        ended(remote, folder)
        done = spool.complete()
    assert done.promotion is not None
    assert (done.promotion.promoted, done.promotion.text) == (False, "staged, not promoted: generated data")
    assert query(remote, "SELECT synthetic FROM runs") == [(True,)]


def test_an_outage_makes_the_delivery_pending(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, postgres_server: Server, s3_server: Server, s3: Any
) -> None:
    """Database, then bucket away: cells get a pending receipt and runs end; sync delivers both, the oldest first."""
    folders = [results.run_folder(remote), results.run_folder(remote)]

    def end(folder: Path, hour: int) -> None:
        with Spool(remote, run_row(folder, hour=hour), folder) as spool:
            as_step(monkeypatch, spool)
            receipt = ask(folder)
            assert receipt.status == "pending"
            assert "did not do its part" in (receipt.reason or "")
            ended(remote, folder, hour=hour)
            done = spool.complete()
            assert done.pending
            assert "never-checked" not in str(done)

    with postgres_server.away():
        end(folders[0], hour=4)
    with s3_server.away():
        end(folders[1], hour=5)
        first, second = sync(remote)
        assert "did not do its part" in (first.completion.reason or "")
        assert second.completion.reason == f"waits for the earlier run {folders[0].name}"
    make_bucket(s3, (remote.bucket or "").partition("/")[0])
    synced = list(sync(remote))
    assert [(one.run_id, one.completion.reason) for one in synced] == [(folder.name, None) for folder in folders]
    assert kept(s3, remote) == sorted(EVERYTHING * 2)
    assert query(remote, "SELECT run_id FROM published_runs") == [(folders[1].name,)]
    assert query(remote, "SELECT count(*) FROM deliveries") == [(2 * len(TABLES),)]
    assert list(sync(remote)) == []


def taken(places: Settings, run_id: str) -> int:
    """The number of a run that takes the lock now."""
    engine = database.engine(places.database_url)
    database.migrate(engine)
    fence = database.transact(engine, lambda connection: fences.take(connection, "monthly", Holder.here(run_id)))
    engine.dispose()
    return fence.number


@pytest.mark.parametrize("away", ["bucket", "database"])
def test_a_run_that_ended_is_delivered_however_many_came_since(
    remote: Settings,
    monkeypatch: pytest.MonkeyPatch,
    postgres_server: Server,
    s3_server: Server,
    request: pytest.FixtureRequest,
    away: str,
) -> None:
    """It had its lock when it ended, so `sync` delivers it after later runs; what is current stays current."""
    old, new = results.run_folder(remote), results.run_folder(remote)
    with Spool(remote, run_row(old), old, taken(remote, old.name)) as spool:
        as_step(monkeypatch, spool)
        with {"bucket": s3_server, "database": postgres_server}[away].away():
            ask(old)
            ended(remote, old)
            assert spool.complete().pending
    if away == "bucket":
        make_bucket(request.getfixturevalue("s3"), (remote.bucket or "").partition("/")[0])
    number = taken(remote, new.name)
    with Spool(remote, run_row(new, hour=5), new, number) as spool:
        as_step(monkeypatch, spool)
        ask(new)
        ended(remote, new, hour=5)
        assert not spool.complete().pending
    (done,) = [one.completion for one in sync(remote)]
    assert (done.pending, done.refused) == (False, ())
    assert done.promotion is not None
    assert done.promotion.text == f"staged, not promoted: the current run {new.name} started later"
    assert query(remote, "SELECT run_id, ended_at IS NOT NULL FROM pipeline_locks ORDER BY fence") == [
        (old.name, True),
        (new.name, True),
    ]


def test_a_run_that_is_passed_while_it_delivers_leaves_the_rest_to_sync(
    places: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood still after its end: its own process is shut out, but what it had finished is not lost."""
    folder, taker = results.run_folder(places), results.run_folder(places)
    keep_all = places_of_delivery.keep_all

    def stand_still(*arguments: Any) -> list[Any]:
        taken(places, taker.name)
        return keep_all(*arguments)

    monkeypatch.setattr(conclusion, "keep_all", stand_still)
    with Spool(places, run_row(folder), folder, taken(places, folder.name)) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        ended(places, folder)
        done = spool.complete()
    assert (done.pending, done.refused, done.promotion) == (True, (), None)
    assert (done.reason or "").startswith(f"run {taker.name} took over monthly at ")
    assert query(places, "SELECT * FROM published_runs") == []
    (synced,) = sync(places)
    assert synced.completion.promotion is not None
    assert synced.completion.promotion.promoted


def test_a_run_whose_process_is_gone_is_staged_though_another_came(
    places: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it asked for before it died is kept under its own id, and never goes live."""
    folder, taker = results.run_folder(places), results.run_folder(places)
    with monkeypatch.context() as early, Spool(places, run_row(folder), folder, taken(places, folder.name)) as spool:
        early.setattr(Desk, "attend", lambda _: None)  # it died before it could deliver
        as_step(monkeypatch, spool)
        ask(folder, wait_s=0)
    taken(places, taker.name)
    (synced,) = sync(places)
    assert (synced.completion.refused, synced.completion.promotion) == ((), None)
    assert "the run never ended" in (synced.completion.reason or "")
    assert query(places, "SELECT count(*) FROM segments") == [(3,)]
    assert query(places, "SELECT status FROM runs") == [("running",)]


def test_the_end_of_a_run_is_known_before_its_files_are_kept(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, s3_server: Server, s3: Any
) -> None:
    """With the bucket away the database says all the same that the run succeeded, so that it is not run again."""
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder), folder) as spool:
        with s3_server.away():
            as_step(monkeypatch, spool)
            ask(folder)
            ended(remote, folder, identity="p")
            assert spool.complete().pending
        make_bucket(s3, (remote.bucket or "").partition("/")[0])
    engine = database.engine(remote.database_url)
    assert earlier(engine, "monthly", date(2026, 1, 15), "p") == folder.name
    engine.dispose()


def test_sync_leaves_a_run_that_is_under_way(remote: Settings) -> None:
    """The spool of a living runner is its own."""
    folder = results.run_folder(remote)
    with Spool(remote, run_row(folder), folder):
        assert list(sync(remote)) == []


@pytest.fixture
def request_file(remote: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A request that a kernel left, not delivered yet; its run is two folders up from the file it names."""
    folder, aside = results.run_folder(remote), tmp_path / "kernel"
    aside.mkdir()
    for name, value in {"SPOOL": str(aside), "RUN_ID": folder.name, "STEP": "report"}.items():
        monkeypatch.setenv(f"INSIDERS_{name}", value)
    assert ask(folder, wait_s=0).status == "pending"
    return aside / "report-1.request.json"


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_delivery_is_finished_by_sync(remote: Settings, request_file: Path, s3: Any, point: str) -> None:
    """Kill the runner at any point of a delivery: sync ends in the state of a run that was never killed."""
    run_id = json.loads(request_file.read_text())["run_id"]
    folder = remote.output / "monthly" / run_id
    facts = {"folder": str(remote.checkout), "database_url": remote.database_url}
    facts |= {"bucket": remote.bucket or "", "endpoint_url": remote.endpoint_url or ""}
    command = [sys.executable, "-m", "tests.runner.delivering", json.dumps(facts), str(folder), str(request_file)]
    here = Path(__file__).resolve().parents[3]
    dead = subprocess.run([*command, point], cwd=here, env=os.environ, timeout=60)
    assert dead.returncode == -signal.SIGKILL
    (one,) = sync(remote)
    assert (one.run_id, one.completion.pending, one.completion.refused) == (run_id, False, ())
    for table in TABLES:
        assert query(remote, f"SELECT count(*) FROM {table}") == [(3,)]
    assert query(remote, "SELECT count(*) FROM deliveries") == [(len(TABLES),)]
    assert kept(s3, remote) == EVERYTHING
    assert list(sync(remote)) == []
    lost = point in POINTS[:LOST]
    assert query(remote, "SELECT run_id FROM published_runs") == ([] if lost else [(run_id,)])
    assert query(remote, "SELECT status FROM runs") == [("lost" if lost else "succeeded",)]
    lines = Book.of(remote).lines()
    assert [line.event for line in lines] == ["opened", "started", "finished", *([] if lost else ["promoted"])]
    assert query(remote, "SELECT number, sha256 FROM ledger ORDER BY 1") == [(one.number, one.sha256) for one in lines]
    (anchor,) = [key for key in versions(s3, remote) if "/ledger/" in key]
    head = Book.of(remote).head()
    assert head is not None
    assert anchor.endswith(f"/ledger/{head.ledger}/{head.size:012d}-{head.root}.json")


Change = Callable[[dict[str, Any]], None]


def _outside(request: dict[str, Any]) -> None:
    request["artifacts"][0]["file"] = "artifacts/../../../../etc/passwd"


def _absolute(request: dict[str, Any]) -> None:
    request["artifacts"][0]["file"] = "/etc/passwd"


def _linked(request: dict[str, Any]) -> None:
    request["artifacts"][0] |= {"file": "artifacts/link", "sha256": digests.of_file(Path("/etc/passwd"))}


def _manifest(request: dict[str, Any]) -> None:
    request["artifacts"][0]["file"] = "run.json"


def _other_digest(request: dict[str, Any]) -> None:
    request["tables"][0]["sha256"] = "0" * 64


def _other_run(request: dict[str, Any]) -> None:
    request["run_id"] = "01a1fbe8-e406-7303-aeda-2f4b25a6bfc7"


def _other_step(request: dict[str, Any]) -> None:
    request["step"] = "eda"


def _pointer(request: dict[str, Any]) -> None:
    request["tables"][0]["name"] = "published_runs"


def _injection(request: dict[str, Any]) -> None:
    request["tables"][0]["name"] = 'segments"; DROP TABLE runs; --'


def _more(request: dict[str, Any]) -> None:
    request["promote"] = True


def _fewer_rows(request: dict[str, Any]) -> None:
    request["tables"][0]["rows"] = 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_outside, "should match pattern"),
        (_absolute, "should match pattern"),
        (_linked, "reached through a link"),
        (_manifest, "should match pattern"),
        (_other_digest, "its digest differs"),
        (_other_run, "it speaks for the run"),
        (_other_step, "it speaks for the step"),
        (_pointer, "is no table to publish"),
        (_injection, "should match pattern"),
        (_more, "Extra inputs"),
        (_fewer_rows, "2 rows were announced, 3 arrived"),
        (lambda request: request.clear(), "Field required"),
    ],
)
def test_a_hostile_request_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change, said: str
) -> None:
    """The runner believes nothing that a request says; the receipt says why, and no row is staged."""
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")
    folder = results.run_folder(places)
    (folder / "artifacts" / "link").symlink_to("/etc/passwd")
    aside = tmp_path / "kernel"
    aside.mkdir()
    with Spool(places, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        monkeypatch.setenv("INSIDERS_SPOOL", str(aside))
        ask(folder, ("segments",), wait_s=0)
        request = json.loads((aside / "report-1.request.json").read_text())
        change(request)
        answer = _answer_to(spool, json.dumps(request))
        ended(places, folder)
        done = spool.complete()
    assert (answer["status"], answer["objects"], answer["tables"]) == ("refused", [], [])
    assert said in answer["reason"]
    assert len(done.refused) == 1
    assert query(places, "SELECT count(*) FROM segments") == [(0,)]


NO_REQUESTS = {"empty": "", "torn": "{", "list": "[]", "huge": "x" * (5 << 20), "format": '{"format": 2}'}


@pytest.mark.parametrize("text", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_refused(tmp_path: Path, text: str) -> None:
    """A file that cannot be a request gets an answer like any other."""
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")
    folder = results.run_folder(places)
    with Spool(places, run_row(folder), folder) as spool:
        assert _answer_to(spool, text)["status"] == "refused"


def test_a_request_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """The runner does not read through a link what the kernel may not read."""
    places = settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")
    folder = results.run_folder(places)
    with Spool(places, run_row(folder), folder) as spool:
        (spool.folder / "report-1.request.json").symlink_to("/etc/passwd")
        assert "cannot be read" in _wait(spool.folder / "report-1.receipt.json")["reason"]


def test_an_altered_file_stops_the_archive(remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any) -> None:
    """Where the bucket holds other content, nothing is written over it, nothing goes live, and sync says it again."""
    folder = results.run_folder(remote)
    bucket, _, prefix = (remote.bucket or "").partition("/")
    sha256 = digests.of_file(folder / "journal.jsonl")
    s3.put_object(Bucket=bucket, Key=f"{prefix}/objects/{sha256[:2]}/{sha256}", Body=b"forged")
    with Spool(remote, run_row(folder), folder) as spool:
        as_step(monkeypatch, spool)
        ask(folder)
        ended(remote, folder)
        done = spool.complete()
    assert (done.pending, done.promotion, done.damaged) == (False, None, True)
    assert "is there already with other content" in done.refused[0]
    assert query(remote, "SELECT * FROM published_runs") == []
    assert [one.completion.refused for one in sync(remote)] == [done.refused]
    ours = s3.get_object(Bucket=bucket, Key=f"{prefix}/quarantine/{folder.name}/{sha256}")["Body"].read()
    assert ours == (folder / "journal.jsonl").read_bytes()
    (line,) = [line for line in Book.of(remote).lines() if line.event == "quarantined"]
    assert (line.run_id, line.facts["file"], line.facts["sha256"]) == (folder.name, "journal.jsonl", sha256)
    assert not any(key.endswith("run.json") for key in versions(s3, remote))
    told = query(remote, f"SELECT event FROM ledger WHERE number = {line.number}")
    assert [tuple(row) for row in told] == [("quarantined",)], "the alarm must not stay where the damage may be"
    assert any("/ledger/" in key for key in versions(s3, remote))


def test_damage_to_a_run_that_was_passed_keeps_no_later_one_waiting(
    remote: Settings, monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    """Another run has the lock, and the bucket holds other content: that is told as damage, which waiting mends not."""
    folder, taker = results.run_folder(remote), results.run_folder(remote)
    bucket, _, prefix = (remote.bucket or "").partition("/")
    sha256 = digests.of_file(folder / "journal.jsonl")
    s3.put_object(Bucket=bucket, Key=f"{prefix}/objects/{sha256[:2]}/{sha256}", Body=b"forged")
    with Spool(remote, run_row(folder), folder, taken(remote, folder.name)) as spool:
        as_step(monkeypatch, spool)
        taken(remote, taker.name)
        ended(remote, folder)
        done = spool.complete()
    assert (done.pending, done.promotion, done.damaged) == (False, None, True)
    assert f"run {taker.name} took over monthly at " in done.refused[0]
    assert "is there already with other content" in done.refused[-1]
    (again,) = sync(remote)
    assert (again.completion.pending, again.completion.damaged) == (False, True)


def test_a_kernel_gets_no_credential(remote: Settings) -> None:
    """All that a kernel is told is where to ask, and for which run."""
    folder = results.run_folder(remote)
    environment = Spool(remote, run_row(folder), folder).environment
    assert set(environment) == {"INSIDERS_SPOOL", "INSIDERS_RUN_ID"}
    assert "never-checked" not in str(environment)


def _answer_to(spool: Spool, text: str) -> dict[str, Any]:
    aside = spool.folder / ".aside"
    aside.write_text(text)
    aside.replace(spool.folder / "report-1.request.json")
    return _wait(spool.folder / "report-1.receipt.json")


def _wait(path: Path) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, "no answer"
        time.sleep(0.01)
    return dict(json.loads(path.read_text()))
