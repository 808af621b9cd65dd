"""Whether a bucket has an input, and lets us have it: asked before a run, so that it does not fail after the lock."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from runner.errors import InputError
from runner.settings import Settings
from runner.stores.patience import status_of
from runner.stores.s3 import s3_client

HIDDEN = "s3:GetObject on it is denied, or there is no such object and s3:ListBucket is denied, which hides that"


def look(value: str, settings: Settings) -> None:
    """Raise an `InputError` where an `s3://` object or prefix is missing, closed to us, or its bucket does not answer.

    Two requests at most; an object's content is not waited for. Of a prefix only the first object is asked for.
    """
    bucket, _, key = value.removeprefix("s3://").partition("/")
    client = s3_client(settings.endpoint_url, attempts=3)
    try:
        _look(client, bucket, key)
    except NoCredentialsError as fault:
        raise InputError("there are no AWS credentials; see `aws configure`, or AWS_PROFILE") from fault
    except BotoCoreError as fault:
        raise InputError(f"the bucket did not answer: {fault}") from fault


def _look(client: Any, bucket: str, key: str) -> None:  # noqa: ANN401 - a boto3 client
    if not key or key.endswith("/"):
        try:
            listed = client.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", [])
        except ClientError as fault:
            raise InputError(_refusal(fault, "s3:ListBucket on the bucket is denied")) from fault
        key = next((found["Key"] for found in listed if found["Size"]), "")
        if not key:
            raise InputError("there is no object below this prefix")
    try:
        # Not HEAD: that would want to know how long the object is locked, too, which is not ours to ask here.
        client.get_object(Bucket=bucket, Key=key)["Body"].close()
    except ClientError as fault:
        raise InputError(_refusal(fault, HIDDEN)) from fault


def _refusal(fault: ClientError, denied: str) -> str:
    if status_of(fault) == 404:
        return "there is no such object or bucket; look at the setting that names it"
    if status_of(fault) == 403:
        return f"{denied}; let whoever owns the bucket grant it"
    said = fault.response["Error"]
    return f"the bucket refused: {said.get('Code')}, {said.get('Message')}"
