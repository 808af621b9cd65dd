"""The one fake of the storm: a bucket on a disk in memory, with boto3's call shapes and S3's conditions.

Real servers under control fail at their own pace; thousands of schedules need places that fail at once, at a chosen
call, and whose answer gets lost after they did what was asked. The database is a real SQLite file, whose connections
and commits fail the same way. All of it happens in processes of their own, which are killed for good.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, unquote

import psycopg2
import sqlalchemy as sa
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.response import StreamingBody
from sqlalchemy.engine import default

from tests.storm.effects import Turn, replace

MEANWHILE, CONTENDED = 0.03, 0.3
"""How often another host comes between; more often where all want the same object."""
CODES = {409: "ConditionalRequestConflict", 500: "InternalError", 503: "SlowDown"}
_MISSING = {404: "NoSuchKey", 412: "PreconditionFailed"}


@dataclass
class Fates:
    """What becomes of each call of one process to its places."""

    random: random.Random
    bucket: float
    """Share of the calls to the bucket that go wrong."""
    database: float
    """Share of the connections and commits that do."""
    meanwhile: Callable[[], None]
    """Let another host do something to its end, while the call is on its way."""
    happened: Counter[str] = field(default_factory=Counter)
    turn: Turn = lambda *_: None
    """Is told of each request, and of each that was carried out."""

    def of(self, share: float, *kinds: str, between: float = MEANWHILE) -> str | None:
        """One of the kinds, or None where all goes well; `between` is how often another host comes between."""
        if self.random.random() < between:
            self.happened["meanwhile"] += 1
            self.meanwhile()
        if self.random.random() >= share:
            return None
        kind = self.random.choice(kinds)
        self.happened[kind] += 1
        return kind


@dataclass(frozen=True)
class DiskBucket:
    """A bucket as the judge sees it: a folder with a file for each object, and a list of what was ever put."""

    folder: Path

    def versions(self) -> Counter[str]:
        """How often each key was written."""
        puts = self.folder.parent / "puts"
        return Counter(puts.read_text(encoding="utf-8").split()) if puts.exists() else Counter()

    def read(self, key: str) -> bytes:
        """The newest content of an object."""
        return self.place(key).read_bytes()

    def place(self, key: str) -> Path:
        """Where an object lies."""
        return self.folder / quote(key, safe="")

    def put(self, key: str, content: bytes) -> None:
        """Write an object, whatever was there."""
        self.place(key).write_bytes(content)
        with (self.folder.parent / "puts").open("a", encoding="utf-8") as puts:
            puts.write(f"{key}\n")
        if key.endswith("/current.json"):
            with (self.folder.parent / "pointers").open("a", encoding="utf-8") as pointers:
                pointers.write(f"{key} {json.loads(content)['promotion']}\n")

    def gone_back(self) -> Iterator[str]:
        """Each time that a `current.json` was written with a promotion before the one that it held."""
        path, newest = self.folder.parent / "pointers", Counter[str]()
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            key, number = line.split()
            if int(number) < newest[key]:
                yield f"{key} went back from {newest[key]} to {number}"
            newest[key] = int(number)

    def keys(self) -> list[str]:
        """Every key."""
        return [unquote(path.name) for path in self.folder.iterdir()]


@dataclass(frozen=True)
class SimulatedS3:
    """What `runner.stores.s3` gets in place of a boto3 client."""

    bucket: DiskBucket
    prefix: str
    fates: Fates

    def head_bucket(self, **_: Any) -> dict[str, Any]:
        """Whether the bucket is there."""
        return self._asked("head_bucket", dict)

    def get_object_lock_configuration(self, **_: Any) -> NoReturn:
        """Whether the bucket locks what is put there; it does not."""
        self._asked("get_object_lock_configuration", dict)
        raise _refused(404, "GetObjectLockConfiguration")

    def head_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """What is told of an object."""
        return self._asked("head_object", lambda: self._told(self._content(Key)))

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """An object."""

        def get() -> dict[str, Any]:
            content = self._content(Key)
            return {**self._told(content), "Body": StreamingBody(io.BytesIO(content), len(content))}

        return self._asked("get_object", get, Key)

    def put_object(
        self,
        *,
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        IfNoneMatch: str | None = None,  # noqa: N803
        IfMatch: str | None = None,  # noqa: N803
        **told: Any,
    ) -> dict[str, Any]:
        """Write an object under its condition."""

        def put() -> dict[str, Any]:
            place = self.bucket.place(self._key(Key))
            if IfNoneMatch == "*" and place.exists():
                raise _refused(412, "PutObject")
            if IfMatch is not None and self._told(self._content(Key))["ETag"] != IfMatch:
                raise _refused(412, "PutObject")
            if told.get("ChecksumSHA256", _checksum(Body)) != _checksum(Body):
                raise _refused(400, "PutObject")
            self.bucket.put(self._key(Key), Body)
            return {"ETag": self._told(Body)["ETag"]}

        return self._asked("put_object", put, Key)

    def _asked(self, operation: str, action: Callable[[], dict[str, Any]], key: str = "") -> dict[str, Any]:
        kinds = ["cut before", "cut after", "500", "500 after", "503"]
        if operation == "put_object":
            kinds.append("409")
        between = CONTENDED if key.endswith("/current.json") else MEANWHILE
        fate = self.fates.of(self.fates.bucket, *kinds, between=between)
        if fate == "cut before":
            raise EndpointConnectionError(endpoint_url="simulated")
        if fate in ("500", "503", "409"):
            raise _refused(int(fate), "Any")
        self.fates.turn("request", operation)
        answer = action()
        self.fates.turn("carried out", operation)
        if fate == "cut after":
            raise ReadTimeoutError(endpoint_url="simulated")
        if fate == "500 after":
            raise _refused(500, "Any")
        return answer

    def _key(self, name: str) -> str:
        return name.removeprefix(f"{self.prefix}/")

    def _content(self, name: str) -> bytes:
        try:
            return self.bucket.read(self._key(name))
        except FileNotFoundError:
            raise _refused(404, "Any") from None

    def _told(self, content: bytes) -> dict[str, Any]:
        etag = f'"{hashlib.md5(content).hexdigest()}"'
        return {"ContentLength": len(content), "ChecksumSHA256": _checksum(content), "ETag": etag}


def lose_answers(fates: Fates) -> None:
    """Let the databases of this process be away, or lose a transaction or its answer, as a server that goes down."""
    commit = default.DefaultDialect.do_commit

    def do_commit(own: default.DefaultDialect, connection: Any) -> None:
        # Within its transaction nobody comes between: in SQLite the others would wait for its end.
        fate = fates.of(fates.database, "commit lost", "answer lost", between=0.0)
        if fate == "commit lost":
            own.do_rollback(connection)
        else:
            commit(own, connection)
        if fate is not None:
            raise psycopg2.OperationalError("server closed the connection unexpectedly")

    def connect(*_: object) -> None:
        if fates.of(fates.database, "database away"):
            raise psycopg2.OperationalError("connection refused")

    replace(default.DefaultDialect, "do_commit", do_commit)
    sa.event.listen(sa.Engine, "do_connect", connect)


@contextmanager
def database(url: str) -> Iterator[sa.Connection]:
    """A connection of the judge's own."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def _checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _refused(status: int, operation: str) -> ClientError:
    code = CODES.get(status) or _MISSING.get(status, "BadRequest")
    told = {"Error": {"Code": code, "Message": "simulated"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(json.loads(json.dumps(told)), operation)
