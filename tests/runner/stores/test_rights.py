"""What we may do in a bucket, asked without leaving anything. What is denied is tested in tests/runner/preflight."""

from __future__ import annotations

from typing import Any

from runner.stores import rights
from runner.stores.rights import Target
from runner.stores.s3 import S3Store, s3_client
from tests.runner.stores.requests import Requests

MANIFEST = Target("small/*/run.json", "small/preflight/run.json", again=True)


def test_nothing_is_left_and_nothing_that_is_there_is_changed(s3_endpoint: str, s3: Any, bucket: str) -> None:
    """Not even at a name that has a file already."""
    s3.put_object(Bucket=bucket, Key=MANIFEST.key, Body=b"{}")
    client = s3_client(s3_endpoint)
    asked = Requests.of(client)
    assert rights.denied(S3Store(client, bucket), [MANIFEST]) == []
    assert sum(asked.methods.values()) == 11
    (found,) = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert (found["Key"], found["Size"]) == (MANIFEST.key, 2)
