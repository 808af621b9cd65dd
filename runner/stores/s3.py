"""An S3 bucket as an archive: objects go by the digest of their content, and are written once, with checksums.

Every write is conditional. So a request whose answer was lost is simply made again: if it had gone through, the answer
is 412, and what lies there is looked at. The same content is done already, whoever put it there.
"""

from __future__ import annotations

import hashlib
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runner.errors import DeliveryError, PlaceError
from runner.stores import multipart, retention
from runner.stores.multipart import AlteredError, is_spelt
from runner.stores.objects import StoreConflictError, StoredObject, key_of
from runner.stores.patience import patiently, status_of
from runner.stores.retention import Retention

PART_BYTES = 64 << 20
"""Files above this size travel in parts of this size."""
ENCRYPTION = "AES256"
TIME_LIMITS = Config(
    connect_timeout=5,
    read_timeout=20,
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
"""Digests are ours to compute: an object that is not what its own checksum says is damage, not a place that is away."""
UNKNOWN = (403, 404)
"""What a look answers where nothing is there, or where we may write but not look."""

T = TypeVar("T")


def s3_client(endpoint_url: str | None, attempts: int = 1) -> Any:  # noqa: ANN401 - boto3 makes its classes as it goes
    """A boto3 client with time limits; the credentials are found by boto3 in its usual places.

    By default it makes a request once: what an archive tries again, and for how long, `patience` decides.
    """
    retries = Config(retries={"total_max_attempts": attempts, "mode": "standard"})
    boto3 = importlib.import_module("boto3")  # a quarter of a second, which only those with a bucket wait for
    return boto3.client("s3", endpoint_url=endpoint_url, config=TIME_LIMITS.merge(retries))


@dataclass(frozen=True)
class S3Store:
    """A bucket, or a prefix of it. See `runner.stores.store.Store`."""

    client: Any
    bucket: str
    prefix: str = ""
    part_bytes: int = PART_BYTES
    retention_days: int | None = None
    """How long each object is locked, where the bucket has Object Lock and its own default does not count."""
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def keep(self, path: Path, sha256: str) -> StoredObject:
        """Upload the file unless its content is there; see `Store.keep`."""
        return self.put(path, key_of(sha256), sha256)

    def put(self, path: Path, key: str, sha256: str) -> StoredObject:
        """Upload the file unless it is there; see `Store.put`."""
        name, size = self.name(key), path.stat().st_size
        if (head := self._look(name)) is None:
            head = self._uploaded(path, name, sha256, size)
        else:
            self._check(head, name, path, sha256, size)
            self._extend(head, name)
        return StoredObject(f"s3://{self.bucket}/{name}", head.get("VersionId"), sha256, size)

    def write(self, key: str, content: bytes) -> None:
        """Keep a short text; see `Store.write`."""
        name, sha256 = self.name(key), hashlib.sha256(content).hexdigest()
        try:
            self.ask(lambda: self._put(name, content, sha256))
        except ClientError as fault:
            if status_of(fault) != 412:
                raise self.away(fault) from fault
            if (found := self._digest(name)) != sha256:
                raise self._conflict(name, found, sha256) from fault

    def ping(self) -> None:
        """Raise a `PlaceError` where the bucket is missing, closed to us or does not answer."""
        try:
            self.ask(lambda: self.client.head_bucket(Bucket=self.bucket))
        except ClientError as fault:
            raise self.away(fault) from fault

    def name(self, key: str) -> str:
        """The object's name in the bucket."""
        return f"{self.prefix}/{key}" if self.prefix else key

    def ask(self, request: Callable[[], T]) -> T:
        """Make a request, again where that may help. A refusal is a `ClientError`, all else a `PlaceError`."""
        try:
            return patiently(request)
        except BotoCoreError as fault:
            raise self.away(fault) from fault

    def away(self, fault: Exception) -> PlaceError:
        """The error that a person meets where the bucket refuses or fails."""
        return PlaceError(f"the bucket {self.bucket} did not do its part: {fault}")

    @property
    def retention(self) -> Retention | None:
        """How long the bucket keeps what is put there; asked once."""
        with self._turn:
            return self._retention

    @cached_property
    def _retention(self) -> Retention | None:
        try:
            return retention.of_bucket(self.client, self.bucket, self.retention_days)
        except (BotoCoreError, ClientError) as fault:
            raise self.away(fault) from fault

    def _look(self, name: str) -> dict[str, Any] | None:
        """What the bucket says of an object; None where there is none, or where we may not look."""
        try:
            return self.ask(lambda: self.client.head_object(Bucket=self.bucket, Key=name, ChecksumMode="ENABLED"))
        except ClientError as fault:
            if status_of(fault) in UNKNOWN:
                return None
            raise self.away(fault) from fault

    def _uploaded(self, path: Path, name: str, sha256: str, size: int) -> dict[str, Any]:
        """Upload the file; where somebody was quicker, or our own request had gone through, look at what is there."""
        try:
            if size > self.part_bytes:
                place, options = {"Bucket": self.bucket, "Key": name}, {"ServerSideEncryption": ENCRYPTION}
                options |= self._locked()
                return multipart.upload(self.client, self.ask, place, path, sha256, self.part_bytes, options)
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != sha256:
                raise AlteredError
            return self.ask(lambda: self._put(name, content, sha256))
        except AlteredError:
            said = f"{path} was altered: it has not the digest {sha256[:12]}… that was recorded of it"
            raise DeliveryError(said) from None
        except ClientError as fault:
            # 404: parts that a lost answer had put together already are not known any more.
            if status_of(fault) not in (404, 412):
                raise self.away(fault) from fault
            if (head := self._look(name)) is None:
                raise self.away(fault) from fault
        self._check(head, name, path, sha256, size)
        return head

    def _put(self, name: str, content: bytes, sha256: str) -> dict[str, Any]:
        return self.client.put_object(
            Bucket=self.bucket,
            Key=name,
            Body=content,
            ChecksumAlgorithm=multipart.CHECKSUM,
            ChecksumSHA256=multipart.spelt(bytes.fromhex(sha256)),
            ServerSideEncryption=ENCRYPTION,
            IfNoneMatch="*",
            **self._locked(),
        )

    def _locked(self) -> dict[str, Any]:
        return self.retention.options() if self.retention else {}

    def _extend(self, head: dict[str, Any], name: str) -> None:
        """Have an object that is used again kept as long as a new one."""
        if self.retention is None or (longer := self.retention.extension(head)) is None:
            return
        version = {"VersionId": head["VersionId"]} if head.get("VersionId") else {}
        place = {"Bucket": self.bucket, "Key": name, **version, "ChecksumAlgorithm": multipart.CHECKSUM}
        try:
            self.ask(lambda: self.client.put_object_retention(**place, Retention=longer))
        except ClientError as fault:
            raise self.away(fault) from fault

    def _check(self, head: dict[str, Any], name: str, path: Path, sha256: str, size: int) -> None:
        """Raise a `StoreConflictError` where the content that is there is not the file's."""
        told = head.get("ChecksumSHA256", "")
        if head.get("ContentLength", size) == size:
            if is_spelt(told, bytes.fromhex(sha256)):
                return
            # The checksum of an object put together from parts is made of theirs, and some stores keep none.
            if size > self.part_bytes and is_spelt(told, multipart.checksum_of(path, self.part_bytes)):
                return
        if (found := self._digest(name)) != sha256:
            raise self._conflict(name, found, sha256)

    def _digest(self, name: str) -> str:
        def read() -> str:
            digest = hashlib.sha256()
            for chunk in self.client.get_object(Bucket=self.bucket, Key=name)["Body"].iter_chunks(1 << 20):
                digest.update(chunk)
            return digest.hexdigest()

        try:
            return self.ask(read)
        except ClientError as fault:
            raise self.away(fault) from fault

    def _conflict(self, name: str, found: str, sha256: str) -> StoreConflictError:
        return StoreConflictError(
            f"s3://{self.bucket}/{name} is there already with other content "
            f"(its digest is {found[:12]}…, that of the file here {sha256[:12]}…)"
        )
