"""Stores: write once, name conflicts, say when a place is away."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from runner.delivery.stores import FolderStore, S3Store, StoreConflictError, s3_client, store_of
from runner.errors import PlaceError
from runner.records import digests
from tests.runner import runs
from tests.servers import Server, make_bucket


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "monthly" / "run" / "insiders.csv"
    path.parent.mkdir(parents=True)
    path.write_text("customer_id\n14646\n")
    return path


@pytest.fixture
def store(s3_endpoint: str, bucket: str) -> S3Store:
    return S3Store(s3_client(s3_endpoint), bucket, "insiders")


def versions(s3: Any, bucket: str) -> list[str]:
    return [version["Key"] for version in s3.list_object_versions(Bucket=bucket).get("Versions", [])]


def test_a_folder_keeps_a_file_in_place(tmp_path: Path, file: Path) -> None:
    """Without a bucket nothing is copied: the object is the file."""
    kept = FolderStore(tmp_path).put(file, "monthly/run/insiders.csv")
    assert kept.uri == file.as_uri()
    assert (kept.sha256, kept.bytes, kept.version) == (digests.of_file(file), 18, None)


def test_a_folder_takes_no_file_from_elsewhere(tmp_path: Path, file: Path) -> None:
    """A key that is not the file's place is a conflict."""
    with pytest.raises(StoreConflictError, match="not in its place"):
        FolderStore(tmp_path).put(file, "monthly/other/insiders.csv")


def test_an_object_has_digest_version_and_encryption(store: S3Store, file: Path, s3: Any, bucket: str) -> None:
    """What is put lies under prefix and key, byte for byte, encrypted, with the version that the bucket gave it."""
    kept = store.put(file, "monthly/run/insiders.csv")
    found = s3.get_object(Bucket=bucket, Key="insiders/monthly/run/insiders.csv")
    assert found["Body"].read() == file.read_bytes()
    assert (kept.version, kept.sha256) == (found["VersionId"], digests.of_file(file))
    assert kept.uri == f"s3://{bucket}/insiders/monthly/run/insiders.csv"
    assert found["ServerSideEncryption"] == "AES256"


def test_the_same_content_again_changes_nothing(store: S3Store, file: Path, s3: Any, bucket: str) -> None:
    """Putting a file twice leaves one version, and both answers name it."""
    assert store.put(file, "a") == store.put(file, "a")
    assert versions(s3, bucket) == ["insiders/a"]


@pytest.mark.parametrize("part_bytes", [1 << 20, 4])
def test_other_content_is_a_conflict(
    store: S3Store, file: Path, s3: Any, bucket: str, s3_endpoint: str, part_bytes: int
) -> None:
    """Nothing is written over what is there, in one piece or in parts."""
    store.put(file, "a")
    file.write_text("customer_id\n1\n")
    with pytest.raises(StoreConflictError, match="is there already with other content"):
        S3Store(s3_client(s3_endpoint), bucket, "insiders", part_bytes).put(file, "a")
    assert versions(s3, bucket) == ["insiders/a"]
    assert s3.get_object(Bucket=bucket, Key="insiders/a")["Body"].read() == b"customer_id\n14646\n"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_a_large_file_travels_in_parts(s3_endpoint: str, bucket: str, file: Path, s3: Any) -> None:
    """A file above the limit arrives whole, once, and equal content is known again."""
    file.write_bytes(bytes(range(256)) * 50_000)
    store = S3Store(s3_client(s3_endpoint), bucket, part_bytes=5 << 20)
    assert store.put(file, "model") == store.put(file, "model")
    assert s3.get_object(Bucket=bucket, Key="model")["Body"].read() == file.read_bytes()
    assert versions(s3, bucket) == ["model"]


def test_a_missing_bucket_is_named(s3_endpoint: str, file: Path) -> None:
    """A bucket that is not there is a place that does not do its part, for the check and for a delivery."""
    store = S3Store(s3_client(s3_endpoint), "nobody-made-this-one")
    for act in (store.ping, lambda: store.put(file, "a")):
        with pytest.raises(PlaceError, match="nobody-made-this-one"):
            act()


def test_an_endpoint_that_is_away_is_noticed_in_seconds(s3_server: Server, store: S3Store, file: Path) -> None:
    """Without the server a PlaceError comes soon; when it is back, the same call succeeds."""
    with s3_server.away():
        began = time.perf_counter()
        with pytest.raises(PlaceError, match="did not do its part"):
            store.put(file, "a")
        assert time.perf_counter() - began < 15
    make_bucket(store.client, store.bucket)
    assert store.put(file, "a").bytes == 18


def test_settings_choose_the_store(tmp_path: Path, s3_endpoint: str, bucket: str, file: Path) -> None:
    """BUCKET/PREFIX is the bucket with the prefix; no bucket is the output folder."""
    settings = runs.settings(tmp_path, "sqlite://", bucket=f"{bucket}/kept/here", endpoint_url=s3_endpoint)
    store = store_of(settings)
    store.ping()
    assert store.put(file, "a").uri == f"s3://{bucket}/kept/here/a"
    assert store_of(runs.settings(tmp_path, "sqlite://")) == FolderStore(tmp_path / "output_notebooks")


def test_the_condition_is_the_servers(s3: Any, bucket: str) -> None:
    """The endpoint of these tests honours If-None-Match, without which they would prove nothing."""
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*")
