"""`current.json`, here and in the bucket."""

from __future__ import annotations

import dataclasses
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from runner.delivery.places import Places
from runner.promotion import aftermath, pointer
from runner.promotion.promote import Hand, promote
from runner.promotion.rollback import rollback
from runner.records import digests
from runner.settings import Settings
from tests.runner import runs
from tests.runner.promotion.staged import delivered


@pytest.fixture
def remote(tmp_path: Path, postgres_url: str, s3_endpoint: str, bucket: str) -> Settings:
    """An installation with PostgreSQL and a bucket."""
    return runs.settings(tmp_path, postgres_url, bucket=f"{bucket}/kept", endpoint_url=s3_endpoint)


def local(settings: Settings) -> dict[str, Any]:
    """What the output folder says of the current run."""
    content: dict[str, Any] = json.loads((settings.output / "monthly" / "current.json").read_bytes())
    return content


def there(s3: Any, settings: Settings) -> dict[str, Any]:
    """What the bucket says of the current run."""
    bucket = (settings.bucket or "").partition("/")[0]
    content: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key="kept/monthly/current.json")["Body"].read())
    return content


def versions(s3: Any, settings: Settings) -> list[int]:
    """The promotion of each version of the object, in the order in which they were written."""
    bucket, key = (settings.bucket or "").partition("/")[0], "kept/monthly/current.json"
    found = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    bodies = [s3.get_object(Bucket=bucket, Key=key, VersionId=one["VersionId"])["Body"].read() for one in found]
    return [json.loads(body)["promotion"] for body in reversed(bodies)]


def test_a_reader_of_the_folder_finds_the_current_files(engine: object, settings: Settings) -> None:
    """Which run, since when, by whom; and where its artifacts lie, with their digests."""
    folder, done = delivered(settings)
    assert done.promotion is not None
    assert done.promotion.promoted
    told = local(settings)
    assert (told["pipeline"], told["promotion"], told["kind"]) == ("monthly", 1, "promoted")
    assert (told["run_id"], told["by"]) == (folder.name, "cron")
    for one in (told["manifest"], *told["artifacts"]):
        assert digests.of_file(settings.output / one["key"]) == one["sha256"]
    assert [one["path"] for one in told["artifacts"]] == ["artifacts/insiders.csv", "artifacts/report.html"]


def test_a_reader_of_the_bucket_finds_the_current_files(remote: Settings, s3: Any) -> None:
    """The keys lead to objects, from the bucket's root."""
    folder, _ = delivered(remote)
    told = there(s3, remote)
    bucket = (remote.bucket or "").partition("/")[0]
    report = next(one for one in told["artifacts"] if one["path"] == "artifacts/report.html")
    assert s3.get_object(Bucket=bucket, Key=report["key"])["Body"].read().decode() == f"<p>{folder.name}</p>"
    assert told["manifest"]["key"] == f"kept/monthly/{folder.name}/run.json"
    manifest = s3.get_object(Bucket=bucket, Key=told["manifest"]["key"])["Body"].read()
    assert json.loads(manifest)["run_id"] == folder.name


def test_going_back_is_followed_and_repeating_writes_nothing(remote: Settings, s3: Any) -> None:
    """A rollback is a higher number that names the older run; an object that is there already is not written again."""
    first, second = (delivered(remote, hour=hour)[0] for hour in (4, 5))
    places = Places(remote)
    rollback(places.database, "monthly", "Ada")
    for _ in range(3):
        aftermath.settle(places, "monthly")
    assert second.name != first.name
    for told in (local(remote), there(s3, remote)):
        assert (told["promotion"], told["kind"], told["run_id"], told["by"]) == (3, "rolled_back", first.name, "Ada")
    assert versions(s3, remote) == [1, 2, 3]


def test_the_object_never_goes_back(remote: Settings, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that stood still between its look at the database and its write comes too late, and writes nothing."""
    first, second = (delivered(remote, hour=hour)[0] for hour in (4, 5))
    places = Places(remote)
    newest = pointer.newest
    late = dataclasses.replace(_current(places), number=1, run_id=first.name)
    monkeypatch.setattr(pointer, "newest", lambda *_: late)
    pointer.follow(places, "monthly")
    monkeypatch.setattr(pointer, "newest", newest)
    assert local(remote)["run_id"] == there(s3, remote)["run_id"] == second.name
    assert versions(s3, remote) == [1, 2]


def test_who_is_overtaken_while_writing_looks_again(remote: Settings, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the read and the write another host was quicker: the condition fails, and the newer one stays."""
    delivered(remote)
    second, _ = delivered(remote, hour=5, go_live=False)
    places = Places(remote)
    promote(places.database, second.name, "monthly", "cron")
    replaced, overtaken = pointer._replaced, list[str]()

    def slow(store: Any, name: str, content: bytes, etag: str | None) -> bool:
        if not overtaken:
            overtaken.append(name)
            rollback(Places(remote).database, "monthly", "Ada")
            pointer.follow(Places(remote), "monthly")
        return replaced(store, name, content, etag)

    monkeypatch.setattr(pointer, "_replaced", slow)
    pointer.follow(places, "monthly")
    assert overtaken
    assert versions(s3, remote) == [1, 3]


def test_hosts_that_follow_at_once_write_numbers_that_grow(remote: Settings, s3: Any) -> None:
    """However many are at it: each version of the object has a higher number than the one before."""
    first, second = (delivered(remote, hour=hour)[0] for hour in (4, 5))

    def act(number: int) -> None:
        places = Places(remote)
        if number % 2:
            promote(places.database, (first, second)[number // 2 % 2].name, "monthly", "Ada", hand=Hand(older=True))
        pointer.follow(places, "monthly")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(12)))
    written = versions(s3, remote)
    assert written == sorted(set(written))
    assert written[-1] == _current(Places(remote)).number == local(remote)["promotion"]


def test_a_host_that_has_not_the_run_reads_its_manifest_from_the_bucket(remote: Settings, s3: Any) -> None:
    """The artifacts are named although the run's folder lies on another host."""
    first, _ = delivered(remote)
    told = there(s3, remote)
    bucket = (remote.bucket or "").partition("/")[0]
    s3.delete_object(Bucket=bucket, Key="kept/monthly/current.json")
    shutil.rmtree(remote.output / "monthly")
    pointer.follow(Places(remote), "monthly")
    assert there(s3, remote) == told
    assert first.name == told["run_id"]


def test_an_object_that_says_nothing_is_replaced(remote: Settings, s3: Any) -> None:
    """What somebody wrote there by hand stops nobody."""
    delivered(remote)
    told = there(s3, remote)
    s3.put_object(Bucket=(remote.bucket or "").partition("/")[0], Key="kept/monthly/current.json", Body=b"[]")
    (remote.output / "monthly" / "current.json").write_text("{")
    pointer.follow(Places(remote), "monthly")
    assert there(s3, remote) == told
    assert local(remote)["promotion"] == 1


def test_without_a_promotion_there_is_no_file(engine: object, settings: Settings) -> None:
    """Nothing is current yet, and nothing is written."""
    delivered(settings, go_live=False)
    pointer.follow(Places(settings), "monthly")
    assert not (settings.output / "monthly" / "current.json").exists()


def _current(places: Places) -> pointer.Current:
    with places.database.connect() as connection:
        found = pointer.newest(connection, "monthly")
    assert found is not None
    return found
