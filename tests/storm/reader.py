"""Somebody who reads all the while: the database's views and the bucket; what of it was mixed, half, or went back.

python -m tests.storm.reader FOLDER ENDPOINT      until its standard input ends; prints one JSON object
"""

from __future__ import annotations

import json
import select
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import psycopg2
import sqlalchemy as sa
from botocore.exceptions import ClientError

from tests.faults.stage import tell
from tests.servers import AWS
from tests.storm import rows
from tests.storm.bucket import S3Bucket, files_of, object_key
from tests.storm.ground import PIPELINES, PREFIX, Ground

PAUSE_S = 0.3


@dataclass
class Reader:
    """What was read so far, and what was wrong with it."""

    engine: sa.Engine
    bucket: S3Bucket
    read: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)

    def poll(self) -> None:
        """Look once at both places; a database that is down is no fault."""
        try:
            with self.engine.connect() as connection, connection.begin():
                connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
                self.faults += rows.torn(connection)
                self.read["views"] += 1
        except (sa.exc.DBAPIError, psycopg2.Error):
            self.read["database away"] += 1
        self._look_at_pointers()
        self._look_at_manifests()

    def _look_at_pointers(self) -> None:
        for pipeline in PIPELINES:
            with suppress(ClientError):
                told = json.loads(self.bucket.read(f"{pipeline}/current.json"))
                number = int(told["promotion"])
                self.read["current.json"] += 1
                if number < self._numbers.get(pipeline, 0):
                    self.faults.append(f"current.json of {pipeline} went back to {number}")
                self._numbers[pipeline] = number
                if not self._is_there(f"{pipeline}/{told['run_id']}/run.json"):
                    self.faults.append(f"current.json of {pipeline} names {told['run_id']}, which is not there")

    def _look_at_manifests(self) -> None:
        pages = self.bucket.client.get_paginator("list_objects_v2")
        keys = (
            one["Key"].removeprefix(f"{PREFIX}/")
            for pipeline in PIPELINES
            for page in pages.paginate(Bucket=self.bucket.name, Prefix=f"{PREFIX}/{pipeline}/")
            for one in page.get("Contents", [])
        )
        for key in [key for key in keys if key.endswith("/run.json") and key not in self._seen]:
            self._seen.add(key)
            self.read["run.json"] += 1
            for path, sha256 in files_of(json.loads(self.bucket.read(key))).items():
                if not self._is_there(object_key(sha256)):
                    self.faults.append(f"{key} is there before {path}")

    def _is_there(self, key: str) -> bool:
        try:
            self.bucket.client.head_object(Bucket=self.bucket.name, Key=f"{PREFIX}/{key}")
        except ClientError:
            return False
        return True


def main(folder: str, endpoint: str) -> None:
    """Read until whoever started this closes its end."""
    ground = Ground.read(Path(folder))
    names = {"AWS_DEFAULT_REGION": "region_name"}
    client = boto3.client(
        "s3", endpoint_url=endpoint, **{names.get(name, name.lower()): value for name, value in AWS.items()}
    )
    engine = sa.create_engine(ground.database_url, poolclass=sa.NullPool)
    reader = Reader(engine, S3Bucket(client, ground.bucket))
    while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
        reader.poll()
    tell(json.dumps({"read": reader.read, "faults": reader.faults}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
