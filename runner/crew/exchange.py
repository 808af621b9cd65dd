"""The exchange: where files pass between the runner and workers on other machines, by the digest of their content.

That is the archive itself: a bucket's objects, or the objects of an output folder that all share. So a file travels
once, whoever sends it, and what a step has written is kept already when its run ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from runner import files
from runner.errors import DeliveryError, PlaceError
from runner.keeping import objects
from runner.records import digests
from runner.settings import Settings
from runner.stores.objects import key_of
from runner.stores.s3 import S3Store
from runner.stores.store import store_of

CHUNK = 1 << 20


class Exchange(Protocol):
    """A place that runner and workers have in common."""

    def send(self, path: Path, sha256: str) -> None:
        """Let the others have a file of that digest."""
        ...

    def fetch(self, sha256: str, path: Path) -> None:
        """Put the file of that digest into a place; a `PlaceError` says that it cannot be had."""
        ...


def exchange_of(settings: Settings) -> Exchange:
    """The exchange that the settings name: the bucket, or else the output folder."""
    store = store_of(settings)
    return BucketExchange(store) if isinstance(store, S3Store) else FolderExchange(settings.output)


@dataclass(frozen=True)
class BucketExchange:
    """The objects of a bucket."""

    store: S3Store

    def send(self, path: Path, sha256: str) -> None:
        """See `Exchange.send`."""
        self.store.keep(path, sha256)

    def fetch(self, sha256: str, path: Path) -> None:
        """See `Exchange.fetch`."""
        name = self.store.name(key_of(sha256))

        def read() -> None:
            body = self.store.client.get_object(Bucket=self.store.bucket, Key=name)["Body"]
            _settle(body.iter_chunks(CHUNK), sha256, path, f"s3://{self.store.bucket}/{name}")

        try:
            self.store.ask(read)
        except (BotoCoreError, ClientError) as fault:
            raise self.store.away(fault) from fault


@dataclass(frozen=True)
class FolderExchange:
    """The objects of an output folder that runner and workers share."""

    output: Path

    def send(self, path: Path, sha256: str) -> None:
        """See `Exchange.send`."""
        target = objects.place(self.output, sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as file:
                _settle(_chunks(file), sha256, target, str(path))

    def fetch(self, sha256: str, path: Path) -> None:
        """See `Exchange.fetch`."""
        source = objects.place(self.output, sha256)
        try:
            with source.open("rb") as file:
                _settle(_chunks(file), sha256, path, str(source))
        except FileNotFoundError as fault:
            said = "set INSIDERS_BUCKET, or let the runner and all workers share INSIDERS_OUTPUT"
            raise PlaceError(f"{source} is not there; {said}") from fault


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK), b"")


def _settle(chunks: Iterator[bytes], sha256: str, path: Path, source: str) -> None:
    """Write a file aside, and move it into place once it is what it should be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = files.aside(path)
    try:
        with beside.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
        if digests.of_file(beside) != sha256:
            raise DeliveryError(f"{source} is not what it was: its digest is not {sha256[:12]}…")
        files.again(os.replace, beside, path)
    finally:
        beside.unlink(missing_ok=True)
