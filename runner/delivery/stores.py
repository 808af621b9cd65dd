"""Where a run's files are kept for good: the folder they were written to, or an S3 bucket. Objects are written once."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runner.errors import DeliveryError, PlaceError
from runner.records import digests
from runner.settings import Settings

PART_BYTES = 64 << 20
"""Files above this size travel in parts of this size."""
ENCRYPTION = "AES256"
TIME_LIMITS = Config(
    connect_timeout=5,
    read_timeout=20,
    # botocore's standard mode: exponential back-off with full jitter, only on throttling, time-outs and 5xx.
    retries={"total_max_attempts": 3, "mode": "standard"},
    request_checksum_calculation="when_required",
)


class StoreConflictError(DeliveryError):
    """The store holds other content under that name; nothing was written over it."""


@dataclass(frozen=True)
class StoredObject:
    """What lies in a store after a file was put there."""

    uri: str
    """`s3://bucket/key` or `file:///path`."""
    version: str | None
    """The version id, where the bucket keeps versions."""
    sha256: str
    bytes: int


class Store(Protocol):
    """A place that keeps files under keys, and never changes what it keeps."""

    def put(self, path: Path, key: str) -> StoredObject:
        """Keep the file under `key`. The same content again is done already, other content a `StoreConflictError`."""
        ...

    def ping(self) -> None:
        """Raise a `PlaceError` that says why, where the store could not take a file now."""
        ...


def store_of(settings: Settings) -> Store:
    """The store that the settings name: the bucket, or else the output folder itself."""
    if settings.bucket is None:
        return FolderStore(settings.output)
    bucket, _, prefix = settings.bucket.partition("/")
    return S3Store(s3_client(settings.endpoint_url), bucket, prefix)


def s3_client(endpoint_url: str | None) -> Any:  # noqa: ANN401 - boto3 makes its classes as it goes
    """A boto3 client with time limits; the credentials are found by boto3 in its usual places."""
    return boto3.client("s3", endpoint_url=endpoint_url, config=TIME_LIMITS)


@dataclass(frozen=True)
class FolderStore:
    """The folder of all runs: a file is kept where its run wrote it, and nothing is copied."""

    root: Path

    def put(self, path: Path, key: str) -> StoredObject:
        """What lies at `root/key`, which has to be the file itself."""
        if path.resolve() != (self.root / key).resolve():
            raise StoreConflictError(f"{path} is not in its place {self.root / key}")
        return StoredObject(path.resolve().as_uri(), None, digests.of_file(path), path.stat().st_size)

    def ping(self) -> None:
        """Raise a `PlaceError` where the folder cannot be made."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise PlaceError(f"the archive {self.root} cannot be made: {fault.strerror}") from fault


@dataclass(frozen=True)
class S3Store:
    """A bucket, or a prefix of it. Every object is written by a conditional request with a SHA-256 checksum."""

    client: Any
    bucket: str
    prefix: str = ""
    part_bytes: int = PART_BYTES

    def put(self, path: Path, key: str) -> StoredObject:
        """Upload the file unless it is there; see `Store.put`."""
        sha256, size = digests.of_file(path), path.stat().st_size
        name = f"{self.prefix}/{key}" if self.prefix else key
        try:
            with path.open("rb") as file:
                answer = self._upload(file, name, sha256) if size <= self.part_bytes else self._in_parts(file, name)
            version = answer.get("VersionId")
        except ClientError as fault:
            if fault.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
                raise self._away(fault) from fault
            version = self._same(name, sha256)
        except BotoCoreError as fault:
            raise self._away(fault) from fault
        if digests.of_file(path) != sha256:
            raise StoreConflictError(f"{path} changed while it was being uploaded")
        return StoredObject(f"s3://{self.bucket}/{name}", version, sha256, size)

    def ping(self) -> None:
        """Raise a `PlaceError` where the bucket is missing, closed to us or does not answer."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except (BotoCoreError, ClientError) as fault:
            raise self._away(fault) from fault

    def _upload(self, file: BinaryIO, name: str, sha256: str) -> dict[str, Any]:
        return self.client.put_object(
            Bucket=self.bucket,
            Key=name,
            Body=file,
            ChecksumSHA256=_checksum(sha256),
            ServerSideEncryption=ENCRYPTION,
            IfNoneMatch="*",
        )

    def _in_parts(self, file: BinaryIO, name: str) -> dict[str, Any]:
        """Upload in parts, each with its checksum; the condition is checked when the parts are put together."""
        place = {"Bucket": self.bucket, "Key": name}
        upload = self.client.create_multipart_upload(
            **place, ChecksumAlgorithm="SHA256", ServerSideEncryption=ENCRYPTION
        )
        place["UploadId"] = upload["UploadId"]
        parts = []
        try:
            for number, part in enumerate(iter(lambda: file.read(self.part_bytes), b""), start=1):
                checksum = _checksum(hashlib.sha256(part).hexdigest())
                sent = self.client.upload_part(**place, PartNumber=number, Body=part, ChecksumSHA256=checksum)
                parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum})
            return self.client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
        except (BotoCoreError, ClientError):
            self._forget(place)
            raise

    def _forget(self, place: dict[str, str]) -> None:
        """Give back the space of parts that will not be put together, if the bucket still listens."""
        try:
            self.client.abort_multipart_upload(**place)
        except (BotoCoreError, ClientError):
            return  # the fault that brought us here is the one to tell; the bucket's lifecycle rule removes the parts

    def _same(self, name: str, sha256: str) -> str | None:
        """The version of the object that is there, or a `StoreConflictError` where its content is not the file's."""
        try:
            head = self.client.head_object(Bucket=self.bucket, Key=name, ChecksumMode="ENABLED")
            # The checksum of an object put together from parts is not that of the whole, and some stores keep none.
            found = sha256 if head.get("ChecksumSHA256") == _checksum(sha256) else self._digest(name)
        except (BotoCoreError, ClientError) as fault:
            raise self._away(fault) from fault
        if found != sha256:
            raise StoreConflictError(
                f"s3://{self.bucket}/{name} is there already with other content "
                f"(its digest is {found[:12]}…, that of the file here {sha256[:12]}…)"
            )
        return head.get("VersionId")

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        for chunk in self.client.get_object(Bucket=self.bucket, Key=name)["Body"].iter_chunks(1 << 20):
            digest.update(chunk)
        return digest.hexdigest()

    def _away(self, fault: Exception) -> PlaceError:
        return PlaceError(f"the bucket {self.bucket} did not do its part: {fault}")


def _checksum(sha256: str) -> str:
    """The digest as S3 spells it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()
