"""The bucket: written once, by digest, and nothing is sent that is known to be there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from runner.errors import DeliveryError, PlaceError
from runner.records import digests
from runner.stores import patience
from runner.stores.objects import StoreConflictError, key_of
from runner.stores.s3 import S3Store, s3_client
from tests.runner.stores.requests import Lossy, Requests
from tests.servers import Server, make_bucket

PART = 5 << 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "insiders.csv"
    path.write_text("customer_id\n14646\n")
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    path.write_bytes(bytes(range(256)) * 50_000)
    return path


@pytest.fixture
def store(s3_endpoint: str, bucket: str) -> S3Store:
    return S3Store(s3_client(s3_endpoint), bucket, "insiders", part_bytes=PART)


@pytest.fixture
def requests(store: S3Store) -> Requests:
    return Requests.of(store.client)


def versions(s3: Any, bucket: str) -> list[str]:
    return [version["Key"] for version in s3.list_object_versions(Bucket=bucket).get("Versions", [])]


def closed() -> Exception:
    return ConnectionClosedError(endpoint_url="http://a")


def test_an_object_has_digest_version_and_encryption(store: S3Store, file: Path, s3: Any, bucket: str) -> None:
    """What is kept lies under its digest, byte for byte, encrypted, with the version that the bucket gave it."""
    sha256 = digests.of_file(file)
    kept = store.keep(file, sha256)
    key = f"insiders/objects/{sha256[:2]}/{sha256}"
    found = s3.get_object(Bucket=bucket, Key=key)
    assert found["Body"].read() == file.read_bytes()
    assert (kept.version, kept.sha256, kept.bytes) == (found["VersionId"], sha256, 18)
    assert kept.uri == f"s3://{bucket}/{key}"
    assert found["ServerSideEncryption"] == "AES256"


@pytest.mark.parametrize("name", ["file", "large"])
def test_what_is_known_to_be_there_is_not_sent(
    store: S3Store, requests: Requests, s3: Any, bucket: str, request: pytest.FixtureRequest, name: str
) -> None:
    """The second time a look is all, with no byte of the file, and both answers name the one version."""
    path = request.getfixturevalue(name)
    first = store.keep(path, digests.of_file(path))
    requests.clear()
    assert store.keep(path, digests.of_file(path)) == first
    assert (dict(requests.methods), requests.sent) == ({"HEAD": 1}, 0)
    assert versions(s3, bucket) == [f"insiders/{key_of(first.sha256)}"]


def test_a_new_object_is_one_put(store: S3Store, file: Path, requests: Requests) -> None:
    """A look, and one upload; what the bucket locks is asked once for all files."""
    store.keep(file, digests.of_file(file))
    assert requests.methods == {"HEAD": 1, "GET": 1, "PUT": 1}
    file.write_text("other\n")
    requests.clear()
    store.keep(file, digests.of_file(file))
    assert requests.methods == {"HEAD": 1, "PUT": 1}


def test_a_large_file_travels_in_parts(store: S3Store, large: Path, s3: Any, bucket: str) -> None:
    """A file above the limit arrives whole, and leaves no parts behind."""
    kept = store.keep(large, digests.of_file(large))
    found = s3.get_object(Bucket=bucket, Key=f"insiders/{key_of(kept.sha256)}")
    assert found["Body"].read() == large.read_bytes()
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@pytest.mark.parametrize("name", ["file", "large"])
def test_a_file_that_was_altered_is_not_kept(
    store: S3Store, s3: Any, bucket: str, request: pytest.FixtureRequest, name: str
) -> None:
    """What is not what its run recorded gets no place under that digest; nothing is left of the attempt."""
    with pytest.raises(DeliveryError, match="was altered"):
        store.keep(request.getfixturevalue(name), "0" * 64)
    assert versions(s3, bucket) == []
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@pytest.mark.parametrize("name", ["file", "large"])
def test_other_content_is_a_conflict(
    store: S3Store, s3: Any, bucket: str, request: pytest.FixtureRequest, name: str
) -> None:
    """Nothing is written over what is there, whether it was found by the look or by the condition."""
    path = request.getfixturevalue(name)
    sha256 = digests.of_file(path)
    key = f"insiders/{key_of(sha256)}"
    s3.put_object(Bucket=bucket, Key=key, Body=b"x" * path.stat().st_size)
    for blind in (False, True):
        if blind:
            store.client.head_object = _only_after_a_put(store.client)
        with pytest.raises(StoreConflictError, match="is there already with other content"):
            store.keep(path, sha256)
    assert versions(s3, bucket) == [key]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def _only_after_a_put(client: Any) -> Any:
    """A look that finds nothing the first time, as when somebody else puts the object a moment later."""
    real, answers = client.head_object, [404]

    def head(**asked: Any) -> Any:
        if answers:
            raise ClientError({"ResponseMetadata": {"HTTPStatusCode": answers.pop()}}, "HeadObject")
        return real(**asked)

    return head


@pytest.mark.parametrize(
    ("name", "operation"),
    [("file", "put_object"), ("large", "upload_part"), ("large", "complete_multipart_upload")],
)
def test_a_lost_answer_is_no_second_object(
    store: S3Store, s3: Any, bucket: str, request: pytest.FixtureRequest, name: str, operation: str
) -> None:
    """The request is made again, finds its own work, and is done: one version, the right content."""
    path = request.getfixturevalue(name)
    client = Lossy(store.client, closed, operation)
    lossy = S3Store(client, bucket, "insiders", part_bytes=PART)
    kept = lossy.keep(path, digests.of_file(path))
    assert client.lost == 1
    assert versions(s3, bucket) == [f"insiders/{key_of(kept.sha256)}"]
    assert s3.get_object(Bucket=bucket, Key=versions(s3, bucket)[0])["Body"].read() == path.read_bytes()
    assert kept == store.keep(path, kept.sha256)


def test_a_text_is_written_once(store: S3Store, s3: Any, bucket: str) -> None:
    """The same again is done already, other content a conflict; a lost answer is no matter."""
    store.write("ledger/a.json", b"{}")
    store.write("ledger/a.json", b"{}")
    with pytest.raises(StoreConflictError, match="other content"):
        store.write("ledger/a.json", b"[]")
    S3Store(Lossy(store.client, closed, "put_object"), bucket, "insiders").write("ledger/b.json", b"{}")
    assert versions(s3, bucket) == ["insiders/ledger/a.json", "insiders/ledger/b.json"]


def test_a_missing_bucket_is_named(s3_endpoint: str, file: Path) -> None:
    """A bucket that is not there is a place that does not do its part, for the check and for a delivery."""
    store = S3Store(s3_client(s3_endpoint), "nobody-made-this-one")
    for act in (store.ping, lambda: store.keep(file, digests.of_file(file)), lambda: store.write("a", b"")):
        with pytest.raises(PlaceError, match="nobody-made-this-one"):
            act()


def test_who_may_not_look_may_still_write(store: S3Store, file: Path, s3: Any, bucket: str) -> None:
    """Where a look is refused the condition alone decides."""
    sha256, denied = digests.of_file(file), {"ResponseMetadata": {"HTTPStatusCode": 403}}

    def head(**_: Any) -> Any:
        raise ClientError(denied, "HeadObject")

    store.client.head_object = head
    store.keep(file, sha256)
    assert versions(s3, bucket) == [f"insiders/{key_of(sha256)}"]


def test_an_endpoint_that_is_away_is_noticed_in_seconds(s3_server: Server, store: S3Store, file: Path) -> None:
    """Without the server a PlaceError comes soon; when it is back, the same call succeeds."""
    with s3_server.away():
        began = time.perf_counter()
        with pytest.raises(PlaceError, match="did not do its part"):
            store.keep(file, digests.of_file(file))
        assert time.perf_counter() - began < patience.DEADLINE_S + 5
    make_bucket(store.client, store.bucket)
    assert store.keep(file, digests.of_file(file)).bytes == 18


def test_the_condition_is_the_servers(s3: Any, bucket: str) -> None:
    """The endpoint of these tests honours If-None-Match, without which they would prove nothing."""
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*")
