"""Makes what the services need, before they start: the bucket, which keeps versions and locks them, and the tables.

    python -m infra.compose.setup

With the owner's login in INSIDERS_DATABASE_URL and the keeper's in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. What is
there stays, so it may run again at any time, and does at every start and update.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from runner import settings
from runner.errors import PlaceError, RunnerError
from runner.settings import Settings
from runner.stores.patience import patiently, status_of
from runner.stores.s3 import s3_client
from runner.tables import database

LOCKED_DAYS = 365
"""So long nobody removes an object of the archive, unless INSIDERS_RETENTION_DAYS says otherwise."""


def make_bucket(client: Any, name: str, days: int) -> str:  # noqa: ANN401 - a boto3 client
    """Make the bucket, with versions and Object Lock, which it gets only when it is made; what was done, in words."""
    there = _there(client, name)
    if not there:
        patiently(lambda: client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True))
    patiently(lambda: client.put_bucket_policy(Bucket=name, Policy=json.dumps(kept(name))))
    if (lock := _lock(client, name)) is None:
        return f"bucket {name}: is there, without Object Lock, which it would have to be made with"
    if lock != days:
        rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}}
        wanted = {"ObjectLockEnabled": "Enabled", "Rule": rule}
        patiently(lambda: client.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=wanted))
    return f"bucket {name}: {'is there' if there else 'made'}; each object is locked for {days} days"


def kept(name: str) -> dict[str, Any]:
    """The policy that denies everyone to remove anything; the lock holds the versions themselves."""
    actions = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    said = {"Sid": "NothingIsRemoved", "Effect": "Deny", "Principal": "*", "Action": actions}
    return {"Version": "2012-10-17", "Statement": [{**said, "Resource": f"arn:aws:s3:::{name}/*"}]}


def make_tables(url: str) -> str:
    """Bring the tables up to date; which version they have, in words."""
    engine = database.engine(url)
    try:
        database.migrate(engine)
        with engine.connect() as connection:
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    finally:
        engine.dispose()
    return f"tables: version {version}"


def _there(client: Any, name: str) -> bool:  # noqa: ANN401 - a boto3 client
    try:
        patiently(lambda: client.head_bucket(Bucket=name))
    except ClientError as fault:
        if status_of(fault) == 404:
            return False
        raise
    return True


def _lock(client: Any, name: str) -> int | None:  # noqa: ANN401 - a boto3 client
    """For how many days the bucket locks what is put there, perhaps 0; None where it has no Object Lock."""
    try:
        answer = patiently(lambda: client.get_object_lock_configuration(Bucket=name))
    except ClientError as fault:
        if status_of(fault) == 404:
            return None
        raise
    lock = answer["ObjectLockConfiguration"]
    if lock.get("ObjectLockEnabled") != "Enabled":
        return None
    return int(lock.get("Rule", {}).get("DefaultRetention", {}).get("Days") or 0)


def done(places: Settings) -> list[str]:
    """Make both; a `PlaceError` where the store refuses or does not answer."""
    said = []
    if places.bucket is not None:
        name, days = places.bucket.partition("/")[0], places.retention_days or LOCKED_DAYS
        try:
            said.append(make_bucket(s3_client(places.endpoint_url), name, days))
        except (BotoCoreError, ClientError) as fault:
            raise PlaceError(f"the bucket {name} at {places.endpoint_url}: {fault}") from fault
    return [*said, make_tables(places.database_url)]


def main() -> int:
    """Say what was made, or in one line why it could not be."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    try:
        said = done(settings.load())
    except RunnerError as fault:
        sys.stderr.write(f"setup: {fault}\n")
        return 3
    sys.stdout.write("".join(f"setup: {line}\n" for line in said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
