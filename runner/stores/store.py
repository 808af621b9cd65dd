"""Where a run's files are kept for good: the folder they were written to, or an S3 bucket. Objects are written once."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from runner.settings import Settings
from runner.stores.folder import FolderStore
from runner.stores.objects import StoredObject
from runner.stores.s3 import S3Store, s3_client


class Store(Protocol):
    """A place that keeps files, and never changes what it keeps.

    The same content again is done already; where a place holds other content, a `StoreConflictError` says so.
    """

    def keep(self, path: Path, sha256: str) -> StoredObject:
        """Keep a file of that digest, under the digest; once, however many runs have it."""
        ...

    def put(self, path: Path, key: str, sha256: str) -> StoredObject:
        """Keep a file of that digest under a name."""
        ...

    def write(self, key: str, content: bytes) -> None:
        """Keep a short text under a name, outside the output folder; a store that lies inside keeps nothing."""
        ...

    def ping(self) -> None:
        """Raise a `PlaceError` that says why, where the store could not take a file now."""
        ...


def store_of(settings: Settings) -> Store:
    """The store that the settings name: the bucket, or else the output folder itself."""
    if settings.bucket is None:
        return FolderStore(settings.output)
    bucket, _, prefix = settings.bucket.partition("/")
    client = s3_client(settings.endpoint_url)
    return S3Store(client, bucket, prefix, retention_days=settings.retention_days)
