"""Steps on a cluster of separate worker processes, which have nothing in common with the runner but an S3 endpoint."""

import os
import pickle
import signal
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from runner.crew import attendance
from runner.crew import cluster as crew
from runner.crew.conversation import Conversation
from runner.crew.errand import Errand
from runner.errors import PreflightError
from runner.outcomes import ExitStatus
from runner.reading.choice import Choice
from runner.records import archive, inventory, journal
from runner.run import Ended
from runner.settings import Settings
from tests.runner.bench import Bench, copy, one, printed, step
from tests.runner.crew.dask_cluster import DaskCluster
from tests.runner.crew.waiting import meanwhile
from tests.servers import AWS, Server, make_bucket

KEY = "the-runner-s-own-key"
SECRET = "correct-horse-battery"
SHOP = """inputs: {{source: {source}}}
steps:
  - {{name: writes, notebook: writes.ipynb}}
  - {{name: meets, notebook: meets.ipynb, needs: [writes], for_each: {{level: [once, b]}},
     parameters: {{place: {place}}}}}
  - {{name: reads, notebook: reads.ipynb, needs: [writes]}}
  - {{name: reads-source, notebook: reads_source.ipynb}}
"""


@pytest.fixture(scope="module")
def bucket(s3_server: Server, s3: Any) -> str:
    """A bucket for this file."""
    make_bucket(s3, "crew")
    return "crew/shop"


@pytest.fixture(scope="module")
def places(
    tmp_path_factory: pytest.TempPathFactory, s3_server: Server, bucket: str, checkout: Path
) -> Iterator[Settings]:
    """The runner's own places."""
    output = tmp_path_factory.mktemp("runner") / "output"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**AWS, "AWS_SECRET_ACCESS_KEY": KEY}.items():
            patch.setenv(name, value)
        url = f"http://127.0.0.1:{s3_server.port}"
        yield Settings(checkout, output, f"sqlite:///{output}/insiders.db", bucket=bucket, endpoint_url=url)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory, places: Settings) -> Iterator[DaskCluster]:
    """A scheduler with two workers."""
    environment = {**AWS, "INSIDERS_BUCKET": str(places.bucket), "INSIDERS_ENDPOINT_URL": str(places.endpoint_url)}
    made = DaskCluster(tmp_path_factory.mktemp("cluster"), environment)
    try:
        made.hire("one")
        made.hire("two")
        with crew.joined(made.address, workers=2):
            yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def sent() -> Iterator[list[Errand]]:
    """What is sent to the cluster, and a secret in the runner's environment."""
    found: list[Errand] = []

    def noted(*parts: Any) -> Errand:
        found.append(Errand(*parts))
        return found[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "Errand", noted)
        patch.setenv("SHOP_PASSWORD", SECRET)
        yield found


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, places: Settings, dask: DaskCluster, sent: list[Errand]) -> Ended:
    """A run in whose middle the worker that has `meets.1`, and has published for it, is killed outright."""
    folder = tmp_path_factory.mktemp("pipelines")
    place, source = folder / "meeting", folder / "shop.csv"
    source.write_text("a,b\n1,2\n")
    bench = Bench(folder, places)

    def published() -> bool:
        return bool(list((places.output / "spool").glob("*/meets.1-1.receipt.json")))

    def kill() -> None:
        (place / "again").touch()
        (found,) = archive.run_folders(places.output)
        sent = [
            one for one in journal.read(found / archive.JOURNAL) if one["event"] == "sent" and one["step"] == "meets.1"
        ]
        dask.kill_at(sent[0]["to"])

    with meanwhile(published, kill):
        return bench.run(SHOP.format(source=source, place=place), cluster=dask.address)


def test_a_lost_worker_s_step_runs_elsewhere(done: Ended) -> None:
    """Two items met on two workers; one worker is killed, its step begins anew on the other, and the run ends well."""
    assert [(each["name"], each["status"], each["reason"]) for each in done.manifest["steps"]] == [
        ("writes", "succeeded", None),
        ("meets.1", "succeeded", None),
        ("meets.2", "succeeded", None),
        ("reads", "succeeded", None),
        ("reads-source", "succeeded", None),
    ]
    entries = [one for one in journal.read(done.folder / archive.JOURNAL) if one.get("step") == "meets.1"]
    sent = [one for one in entries if one["event"] in ("sent", "worker_lost")]
    assert [one["event"] for one in sent] == ["sent", "worker_lost"]
    assert sent[0]["to"] != sent[1]["to"]
    assert [one["event"] for one in entries].count("kernel_started") == 2


def test_it_is_published_once(done: Ended, s3: Any) -> None:
    """What the killed worker's kernel had published stays the one publication, and the bucket has one version of it."""
    (asked,) = step(done, "meets.1")["publications"]
    assert (asked["request"], asked["status"]) == ("meets.1-1.request.json", "delivered")
    key = asked["objects"][0]["uri"].removeprefix("s3://crew/")
    assert len(s3.list_object_versions(Bucket="crew", Prefix=key)["Versions"]) == 1
    assert done.exit_status is ExitStatus.SUCCEEDED


def test_files_and_copies_come_home(done: Ended) -> None:
    """The run folder holds what every worker wrote, as the record says, and hand-offs went from worker to worker."""
    files = [file for one in done.manifest["steps"] for file in one["files"]] + done.manifest["files"]
    assert sorted(file["path"] for file in files) == sorted({*inventory.paths(done.folder)})
    assert printed(copy(done, "reads")["read"]) == "4\n"
    assert [file["path"] for file in step(done, "meets.1")["files"]] == ["artifacts/once.txt", "meets.1.ipynb"]
    assert step(done, "writes")["metrics"] == [{"name": "sum", "value": 4, "unit": "pieces"}]
    assert step(done, "reads")["overridden"] == []
    assert "/insiders-" in step(done, "reads")["parameters"]["run_folder"]["value"]


def test_nothing_secret_travels(done: Ended, sent: list[Errand]) -> None:
    """Neither the runner's credentials nor where its database is stand in what goes to the cluster."""
    assert [one.task.name for one in sent] != []
    for secret in (SECRET, KEY, "sqlite://"):
        assert secret.encode() not in pickle.dumps(sent)


def test_a_signal_reaches_the_worker(tmp_path: Path, places: Settings, done: Ended, dask: DaskCluster) -> None:
    """The step is cancelled where it runs, its copy comes home, and its kernel is gone."""
    place = tmp_path / "meeting"
    text = one("meets", f"    parameters: {{level: slow, party: 1, place: {place}}}")
    with meanwhile(lambda: place.is_dir() and any(place.iterdir()), lambda: os.kill(os.getpid(), signal.SIGTERM)):
        ended = Bench(tmp_path, places).run(text, cluster=dask.address)
    assert (step(ended, "meets")["status"], step(ended, "meets")["reason"]) == ("cancelled", "stopped by SIGTERM")
    assert ended.exit_status is ExitStatus.TERMINATED
    assert (ended.folder / "meets.ipynb").is_file()
    assert dask.kernels() == []


def test_a_step_that_nobody_waits_for_ends(
    tmp_path: Path, places: Settings, done: Ended, dask: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that hears nothing of the end, as of a runner that vanished, ends its kernel by itself."""
    monkeypatch.setattr(Conversation, "stop", lambda *_: None)
    monkeypatch.setattr(crew, "GRACE_S", 0.2)
    place = tmp_path / "meeting"
    text = one("meets", f"    parameters: {{level: slow, party: 1, place: {place}}}")
    with meanwhile(lambda: place.is_dir() and any(place.iterdir()), lambda: os.kill(os.getpid(), signal.SIGTERM)):
        ended = Bench(tmp_path, places).run(text, cluster=dask.address)
    assert step(ended, "meets")["status"] == "cancelled"
    ends = time.monotonic() + 20
    while dask.kernels() and time.monotonic() < ends:
        time.sleep(0.1)
    assert dask.kernels() == []


def test_a_cluster_without_workers_is_not_waited_for_for_ever(
    tmp_path: Path, places: Settings, done: Ended, dask: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the last worker vanishes and none comes, that is said, and the run ends and can be resumed."""
    for name, seconds in {"LOOK_EVERY_S": 0.2, "TOLD_AFTER_S": 0.5, "GIVEN_UP_AFTER_S": 3.0}.items():
        monkeypatch.setattr(attendance, name, seconds)
    place = tmp_path / "meeting"
    text = one("meets", f"    parameters: {{level: slow, party: 1, place: {place}}}")
    with meanwhile(lambda: place.is_dir() and any(place.iterdir()), dask.kill_all):
        ended = Bench(tmp_path, places).run(text, cluster=dask.address, words=(words := StringIO()))
    assert step(ended, "meets")["status"] == "failed"
    assert "has had no worker for a while; start one" in step(ended, "meets")["reason"]
    assert "the cluster has no worker: start one" in words.getvalue()
    dask.hire("three")
    with crew.joined(dask.address):
        pass


def test_a_lost_scheduler_leaves_a_run_to_resume(
    tmp_path: Path, places: Settings, done: Ended, dask: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps under way fail with that reason, no other begins, and `resume` takes over those that were done."""
    monkeypatch.setattr(crew, "LOST_AFTER_S", 1.0)
    place = tmp_path / "meeting"
    bench = Bench(tmp_path, places)
    text = SHOP.format(source="demo", place=place).replace("[once, b]", "[slow]").replace("}}}", "}, party: 1}}")
    text = (
        text.replace(f"{{place: {place}}}", f"{{place: {place}, party: 1}}")
        + "  - {name: item, notebook: item.ipynb, needs: [meets]}\n"
    )
    with meanwhile(lambda: place.is_dir() and any(place.iterdir()), dask.scheduler.stop):
        ended = bench.run(text, cluster=dask.address, choice=Choice(force=True))
    statuses = {one["name"]: one["status"] for one in ended.manifest["steps"]}
    assert (statuses["writes"], statuses["meets.1"], statuses["item"]) == ("succeeded", "failed", "skipped")
    assert "the scheduler of the cluster was lost" in step(ended, "meets.1")["reason"]
    again = bench.run(text.replace("slow", "quick"), choice=Choice(resume=ended.folder))
    assert step(again, "writes")["status"] == "cached"
    assert again.exit_status is ExitStatus.SUCCEEDED


def test_without_a_scheduler_nothing_starts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address at which nobody answers is refused before anything is made."""
    monkeypatch.setattr(crew, "CONNECT_S", 1)
    begun = time.monotonic()
    with pytest.raises(PreflightError, match="no scheduler answers at tcp"):
        bench.run("steps: [{name: writes, notebook: writes.ipynb}]", cluster="tcp://127.0.0.1:9")
    assert time.monotonic() - begun < 30
    assert not (bench.settings.output / "small").exists()
