"""What a program asks of S3, in the words of IAM: each call of boto3, recorded, with the rights that it needs.

Which right belongs to which call: "Actions, resources, and condition keys for Amazon S3" in AWS's Service Authorization
Reference, and "Enforce conditional writes" in the S3 guide for uploads in parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from tests.infra.policies import Request

ON_BUCKETS = {
    "HeadBucket": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
}
ON_OBJECTS = {
    "HeadObject": "s3:GetObject",
    "GetObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "PutObjectRetention": "s3:PutObjectRetention",
    "GetObjectRetention": "s3:GetObjectRetention",
}
CREATING = ("PutObject", "CompleteMultipartUpload")
"""The calls that make an object, and so carry conditions."""


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Request]]]:
    """The calls of all boto3 clients of S3 that are made within the context: their names and the rights they need."""
    found: list[tuple[str, Request]] = []

    def note(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        found.extend((model.name, request) for request in _of(model.name, params))

    with monkeypatch.context() as patched:
        patched.setattr(boto3, "DEFAULT_SESSION", None)
        boto3.setup_default_session()
        session: Any = boto3.DEFAULT_SESSION
        session.events.register("before-parameter-build.s3", note)
        yield found


def _of(call: str, params: Mapping[str, Any]) -> Iterator[Request]:
    bucket = f"arn:aws:s3:::{params['Bucket']}"
    if action := ON_BUCKETS.get(call):
        yield Request(action, bucket)
        return
    # A KeyError here is a call that nobody has thought of yet: find the right that it needs, and grant it.
    yield Request(ON_OBJECTS[call], f"{bucket}/{params['Key']}", _facts(call, params))
    if call == "HeadObject":  # it tells how long an object is locked to those who may know
        yield Request("s3:GetObjectRetention", f"{bucket}/{params['Key']}")
    if "ObjectLockRetainUntilDate" in params:
        yield Request("s3:PutObjectRetention", f"{bucket}/{params['Key']}", _left(params["ObjectLockRetainUntilDate"]))


def _facts(call: str, params: Mapping[str, Any]) -> dict[str, str]:
    if call == "PutObjectRetention":
        return _left(params["Retention"]["RetainUntilDate"])
    if ON_OBJECTS[call] != "s3:PutObject":
        return {}
    return {
        "s3:ObjectCreationOperation": str(call in CREATING).lower(),
        "s3:if-none-match": params.get("IfNoneMatch", ""),
        "s3:if-match": params.get("IfMatch", ""),
    }


def _left(until: datetime) -> dict[str, str]:
    days = (until - datetime.now(UTC)).total_seconds() / 86_400
    return {"s3:object-lock-remaining-retention-days": f"{days:.3f}"}
