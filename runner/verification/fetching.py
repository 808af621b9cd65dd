"""Questions to a bucket, one or many at a time. Nothing is written to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from runner.settings import Settings
from runner.stores.patience import status_of
from runner.stores.s3 import S3Store, s3_client
from runner.verification.watch import Watch

AT_ONCE = 8
CHUNK = 1 << 20
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Fetching:
    """A bucket that is asked. Every method may raise a `PlaceError`; None stands for what is not there."""

    store: S3Store
    watch: Watch

    @classmethod
    def of(cls, settings: Settings, watch: Watch) -> Fetching | None:
        """The bucket that the settings name; None where the output folder is the archive."""
        if settings.bucket is None:
            return None
        bucket, _, prefix = settings.bucket.partition("/")
        return cls(S3Store(s3_client(settings.endpoint_url), bucket, prefix), watch)

    def uri(self, key: str) -> str:
        """What a person calls an object."""
        return f"s3://{self.store.bucket}/{self.store.name(key)}"

    def key(self, uri: str) -> str:
        """The key of what a person calls so."""
        return uri.removeprefix(self.uri(""))

    def content(self, key: str) -> bytes | None:
        """A small object."""
        place = self._place(key)
        return self._ask(lambda: self.store.client.get_object(**place)["Body"].read())

    def head(self, key: str) -> dict[str, Any] | None:
        """What the bucket says of an object, with the checksum that it has computed when the object was written."""
        place = self._place(key)
        return self._ask(lambda: self.store.client.head_object(**place, ChecksumMode="ENABLED"))

    def digest(self, key: str) -> str | None:
        """SHA-256 of an object, which is read as a whole."""
        place = self._place(key)

        def read() -> str:
            digest = hashlib.sha256()
            for chunk in self.store.client.get_object(**place)["Body"].iter_chunks(CHUNK):
                digest.update(chunk)
            return digest.hexdigest()

        return self._ask(read)

    def each(self, what: str, look: Callable[[T], R], things: Sequence[T]) -> Iterator[R]:
        """What looking at each of many things came to, several at a time."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                yield from self.watch.over(what, pool.map(look, things), len(things))
            finally:
                pool.shutdown(cancel_futures=True)

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self.store.bucket, "Key": self.store.name(key)}

    def _ask(self, request: Callable[[], R]) -> R | None:
        try:
            return self.store.ask(request)
        except ClientError as fault:
            if status_of(fault) == 404:
                return None
            raise self.store.away(fault) from fault
