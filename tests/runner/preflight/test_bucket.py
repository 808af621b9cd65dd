"""The archive before a run: each right that a delivery needs is asked for, and nothing is left by asking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from runner.preflight.bucket import of_bucket
from runner.preflight.findings import Finding
from runner.settings import Settings
from tests.infra.policies import Statement
from tests.runner.bench import Bench
from tests.runner.preflight.guard import WHO, Guard, guarding
from tests.servers import AWS, Server

ONCE = ("objects/*", "quarantine/*", "ledger/*", "*/run.json")
NEEDED = [
    ("s3:ListBucket", "", "s3:ListBucket on BUCKET"),
    ("s3:PutObject", "objects/*", "s3:PutObject on objects/"),
    ("s3:PutObject", "quarantine/*", "s3:PutObject on quarantine/"),
    ("s3:PutObject", "ledger/*", "s3:PutObject on ledger/"),
    ("s3:PutObject", "*/run.json", "s3:PutObject on small/*/run.json"),
    ("s3:PutObject", "*/current.json", "s3:PutObject on small/current.json"),
    ("s3:GetObject", "objects/*", "s3:GetObject on objects/"),
    ("s3:GetObject", "*/current.json", "s3:GetObject on small/current.json"),
    ("s3:PutObjectRetention", "objects/*", "s3:PutObjectRetention on objects/"),
    ("s3:PutObjectRetention", "*/run.json", "s3:PutObjectRetention on small/*/run.json"),
]
BEARABLE = [
    ("s3:AbortMultipartUpload", "objects/*", "s3:AbortMultipartUpload on objects/ (parts of uploads that break off"),
    ("s3:GetObjectRetention", "objects/*", "s3:GetObjectRetention on objects/ (nobody sees how long"),
    ("s3:GetBucketObjectLockConfiguration", "", "s3:GetBucketObjectLockConfiguration on BUCKET (what is kept"),
]


@pytest.fixture
def guard(s3_server: Server, s3_endpoint: str) -> Iterator[Guard]:
    """A guard before the endpoint."""
    with guarding(s3_server.port) as guard:
        yield guard


@pytest.fixture
def archive(bench: Bench, guard: Guard, s3: Any) -> Settings:
    """An archive with Object Lock of its own, behind the guard, which lets pass what infra/terraform grants."""
    name = f"rights-{uuid4().hex[:8]}"
    s3.create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": AWS["AWS_DEFAULT_REGION"]},
        ObjectLockEnabledForBucket=True,
    )
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    guard.statements = granted(name)
    return replace(bench.settings, bucket=name, endpoint_url=guard.url)


def granted(bucket: str, beneath: str = "") -> list[Statement]:
    """What the host may do in its archive, by infra/terraform/permissions.tf."""
    arn = f"arn:aws:s3:::{bucket}"
    below = {key: f"{arn}/{beneath}{key}" for key in (*ONCE, "*/current.json", "*")}
    once = [below[key] for key in ONCE]
    return [
        {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [*once, below["*/current.json"]]},
        {"Effect": "Allow", "Action": ["s3:PutObjectRetention", "s3:AbortMultipartUpload"], "Resource": once},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectRetention"], "Resource": below["*"]},
        {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketObjectLockConfiguration"], "Resource": arn},
        {  # of the bucket's own policy: nothing is written over
            "Effect": "Deny",
            "Action": "s3:PutObject",
            "Resource": once,
            "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
        },
    ]


def without(settings: Settings, action: str, key: str) -> list[Statement]:
    """What the host may do, less one right."""
    name = str(settings.bucket)
    resource = f"arn:aws:s3:::{name}/{key}" if key else f"arn:aws:s3:::{name}"
    return [*granted(name), {"Effect": "Deny", "Action": action, "Resource": resource}]


def test_the_rights_of_the_installation_suffice_and_nothing_is_left(archive: Settings, guard: Guard, s3: Any) -> None:
    """With what infra/terraform grants all is well after 21 requests, and the archive is as empty as before."""
    assert of_bucket(archive, "small") == Finding(f"bucket {archive.bucket}", detail=guard.url)
    assert len(guard.answered) == 21
    assert "Versions" not in s3.list_object_versions(Bucket=archive.bucket)
    assert not s3.list_multipart_uploads(Bucket=archive.bucket).get("Uploads")


@pytest.mark.parametrize(("action", "key", "told"), NEEDED)
def test_each_right_that_is_denied_is_named(archive: Settings, guard: Guard, action: str, key: str, told: str) -> None:
    """The act, what it is denied on, to whom, and what to do."""
    guard.statements = without(archive, action, key)
    fault = of_bucket(archive, "small").fault
    assert fault is not None
    assert told.replace("BUCKET", str(archive.bucket)) in fault
    assert fault.count("s3:") == 1
    assert fault.startswith(f"denied to {WHO}: ")
    assert fault.endswith(": grant what infra/terraform/permissions.tf grants")


@pytest.mark.parametrize(("action", "key", "told"), BEARABLE)
def test_a_right_that_a_run_can_do_without_is_remarked(
    archive: Settings, guard: Guard, action: str, key: str, told: str
) -> None:
    """A run goes ahead, and what becomes of it is said."""
    guard.statements = without(archive, action, key)
    found = of_bucket(archive, "small")
    assert found.fault is None
    assert told.replace("BUCKET", str(archive.bucket)) in (found.remark or "")


def test_all_that_is_denied_stands_in_one_message(archive: Settings, guard: Guard) -> None:
    """Nobody mends one right to meet the next."""
    guard.statements = [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]
    fault = of_bucket(archive, "small").fault or ""
    for action in ("s3:PutObject", "s3:GetObject", "s3:GetBucketObjectLockConfiguration"):
        assert f"{action} on " in fault
    assert "objects/, quarantine/, ledger/, small/*/run.json, small/current.json" in fault


def test_without_listing_it_is_not_guessed_whether_reading_is_denied(archive: Settings, guard: Guard) -> None:
    """S3 says 403 of what is missing to those who may not list."""
    guard.statements = without(archive, "s3:ListBucket", "")
    fault = of_bucket(archive, "small").fault or ""
    assert "s3:GetObject" not in fault
    assert "(whether reading is denied, too, shows when listing is not)" in fault


def test_locks_that_were_asked_for_and_cannot_be_are_a_fault(archive: Settings, guard: Guard) -> None:
    """Whoever sets INSIDERS_RETENTION_DAYS and may not ask for Object Lock would get an archive without locks."""
    guard.statements = without(archive, "s3:GetBucketObjectLockConfiguration", "")
    fault = of_bucket(replace(archive, retention_days=30), "small").fault or ""
    assert "s3:GetBucketObjectLockConfiguration" in fault


def test_rights_below_a_prefix_are_asked_for_below_it(archive: Settings, guard: Guard) -> None:
    """An archive may be a part of a bucket."""
    guard.statements = granted(str(archive.bucket), "shop/")
    assert of_bucket(replace(archive, bucket=f"{archive.bucket}/shop"), "small").wrong is None
    assert "s3:PutObject on other/objects/" in str(
        of_bucket(replace(archive, bucket=f"{archive.bucket}/other"), "small")
    )


def test_a_bucket_that_is_not_there_is_named(archive: Settings, guard: Guard) -> None:
    """A missing bucket is no missing right."""
    guard.statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    fault = of_bucket(replace(archive, bucket="nowhere-at-all"), "small").fault or ""
    assert "the bucket nowhere-at-all did not do its part: " in fault
    assert "NoSuchBucket" in fault


@pytest.mark.parametrize(("locked", "remarks"), [(False, 1), (True, 0)])
def test_a_retention_that_locks_nothing_is_remarked(
    bench: Bench, s3_endpoint: str, s3: Any, locked: bool, remarks: int
) -> None:
    """Days of retention on a bucket without Object Lock do not stop a run, but are not kept quiet about."""
    name, place = f"retention-{uuid4().hex[:8]}", {"LocationConstraint": AWS["AWS_DEFAULT_REGION"]}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=locked)
    settings = replace(bench.settings, bucket=name, endpoint_url=s3_endpoint, retention_days=30)
    found = of_bucket(settings, "small")
    assert found.fault is None
    told = [found.remark] if found.remark else []
    assert len(told) == remarks
    assert all("INSIDERS_RETENTION_DAYS = 30 locks nothing" in one for one in told)
