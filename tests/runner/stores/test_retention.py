"""Object Lock: how long a bucket keeps what is put there, and what is used again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from runner.records import digests
from runner.stores import retention
from runner.stores.objects import key_of
from runner.stores.retention import Retention
from runner.stores.s3 import S3Store, s3_client
from tests.runner.stores.requests import Requests
from tests.servers import AWS

PART = 5 << 20


@pytest.fixture
def locked(s3: Any) -> str:
    """The name of an empty bucket with Object Lock."""
    name = f"test-{uuid4().hex[:12]}"
    place = {"LocationConstraint": AWS["AWS_DEFAULT_REGION"]}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    return name


def default(s3: Any, bucket: str, mode: str, days: int) -> None:
    rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
    s3.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    return path


def kept_for(s3: Any, bucket: str, path: Path) -> tuple[str, float]:
    """The mode of the lock on a file's object, and for how many days it holds."""
    head = s3.head_object(Bucket=bucket, Key=key_of(digests.of_file(path)))
    left = head["ObjectLockRetainUntilDate"] - datetime.now(UTC)
    return head["ObjectLockMode"], round(left / timedelta(days=1), 1)


def test_each_object_is_locked_as_the_settings_say(s3: Any, s3_endpoint: str, locked: str, file: Path) -> None:
    """The days of the setting count, and nobody can remove the object before they are over."""
    store = S3Store(s3_client(s3_endpoint), locked, part_bytes=PART, retention_days=400)
    kept = store.keep(file, digests.of_file(file))
    assert kept_for(s3, locked, file) == ("GOVERNANCE", 400)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=locked, Key=key_of(kept.sha256), VersionId=kept.version)


def test_without_a_setting_the_bucket_decides(s3: Any, s3_endpoint: str, locked: str, file: Path) -> None:
    """Its default lock is on every object, in its mode."""
    default(s3, locked, "COMPLIANCE", 30)
    S3Store(s3_client(s3_endpoint), locked, part_bytes=PART).keep(file, digests.of_file(file))
    assert kept_for(s3, locked, file) == ("COMPLIANCE", 30)


def test_an_object_that_is_used_again_is_kept_as_long_as_a_new_one(
    s3: Any, s3_endpoint: str, locked: str, file: Path
) -> None:
    """A later run that has the same file extends its lock, once a day, and never makes it weaker."""
    default(s3, locked, "COMPLIANCE", 30)
    S3Store(s3_client(s3_endpoint), locked, part_bytes=PART).keep(file, digests.of_file(file))
    longer = S3Store(s3_client(s3_endpoint), locked, part_bytes=PART, retention_days=90)
    requests = Requests.of(longer.client)
    for puts in (1, 1):  # the second time it is kept long enough
        longer.keep(file, digests.of_file(file))
        assert kept_for(s3, locked, file) == ("COMPLIANCE", 90)
        assert requests.methods["PUT"] == puts


def test_a_large_object_is_locked_from_its_beginning(s3_endpoint: str, locked: str, file: Path) -> None:
    """The request that begins its upload says so; the endpoint of these tests hears it, and does nothing of it."""
    store = S3Store(s3_client(s3_endpoint), locked, part_bytes=PART, retention_days=400)
    headers: list[dict[str, str]] = []
    store.client.meta.events.register(
        "before-send.s3.CreateMultipartUpload", lambda request, **_: headers.append(dict(request.headers))
    )
    file.write_bytes(b"x" * (PART + 1))
    store.keep(file, digests.of_file(file))
    (asked,) = headers
    assert asked["x-amz-object-lock-mode"] in ("GOVERNANCE", b"GOVERNANCE")
    assert "x-amz-object-lock-retain-until-date" in asked


def test_a_bucket_without_locks_is_asked_once(s3_endpoint: str, bucket: str, tmp_path: Path) -> None:
    """Its objects are kept without a lock, whatever the setting says."""
    store = S3Store(s3_client(s3_endpoint), bucket, retention_days=30)
    requests = Requests.of(store.client)
    for name in "abc":
        (tmp_path / name).write_text(name)
        store.keep(tmp_path / name, digests.of_file(tmp_path / name))
    assert requests.methods == {"GET": 1, "HEAD": 3, "PUT": 3}
    assert store.retention is None


def test_what_is_kept_almost_as_long_is_left_alone() -> None:
    """A lock that ends a few hours sooner is not worth a request; an object without one is."""
    kept = Retention("GOVERNANCE", 30, asked=True)
    soon = {"ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=30) - retention.WORTH_A_REQUEST / 2}
    assert kept.extension(soon) is None
    asked = kept.extension({})
    assert asked is not None
    assert asked["Mode"] == "GOVERNANCE"
