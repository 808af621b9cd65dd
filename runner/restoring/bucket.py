"""The bucket as the archive that a database is rebuilt from, without a run folder on this disk.

Which lines the ledgers have is told by the anchors, each of which holds the lines of the run that it was written for.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from botocore.exceptions import ClientError

from runner.errors import DamageError
from runner.ledger.line import Line
from runner.promotion.pointer import FILE
from runner.records.record import MANIFEST
from runner.restoring.source import Top, top_of
from runner.settings import Settings
from runner.stores.objects import key_of
from runner.stores.patience import status_of
from runner.stores.s3 import S3Store
from runner.verification import shelf
from runner.verification.fetching import CHUNK, Fetching
from runner.verification.shelf import Shelf
from runner.verification.watch import Watch


@dataclass(frozen=True)
class BucketFiles:
    """See `runner.restoring.source.Files`: files are fetched when they are asked for."""

    store: S3Store
    folder: Path
    room: str
    """Where files of older runs lie, that do not go by their digest."""

    def get(self, path: str, sha256: str) -> Path:
        """The file, fetched beside the manifest."""
        place = self.folder / path
        if not place.resolve().is_relative_to(self.folder.resolve()):
            raise DamageError(f"the record of {self.folder.name} names {path!r}, which is no file of the run")
        place.parent.mkdir(parents=True, exist_ok=True)
        for key in (key_of(sha256), f"{self.room}/{path}"):
            if (found := self._fetched(key, place)) is None:
                continue
            if found != sha256:
                said = f"s3://{self.store.bucket}/{self.store.name(key)} was altered"
                raise DamageError(f"{said}: its digest is not {sha256[:12]}…; runner verify looks closer")
            return place
        raise DamageError(f"{path} of the run {self.folder.name} is gone from the bucket {self.store.bucket}")

    def _fetched(self, key: str, place: Path) -> str | None:
        """The digest of what was fetched; None where there is nothing."""

        def fetch() -> str:
            digest, body = hashlib.sha256(), self.store.client.get_object(Bucket=self.store.bucket, Key=name)["Body"]
            with place.open("wb") as file:
                for chunk in body.iter_chunks(CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            return digest.hexdigest()

        name = self.store.name(key)
        try:
            return self.store.ask(fetch)
        except ClientError as fault:
            if status_of(fault) == 404:
                return None
            raise self.store.away(fault) from fault


@dataclass(frozen=True)
class BucketSource:
    """See `runner.restoring.source.Source`."""

    fetching: Fetching

    @classmethod
    def of(cls, settings: Settings) -> BucketSource | None:
        """The bucket of the settings; None where they name none."""
        fetching = Fetching.of(settings, Watch())
        return None if fetching is None else cls(fetching)

    @property
    def words(self) -> str:
        """The bucket's address."""
        return self.fetching.uri("")

    def runs(self) -> Sequence[tuple[str, str]]:
        """Every run whose manifest is there, which is written last; a key that leads elsewhere is a `DamageError`."""
        found = {run_id: key.partition("/")[0] for run_id, key in self._shelf.manifests.items()}
        if strange := sorted({name for name in found.values() if name in ("", ".", "..") or "\\" in name}):
            said = f"the bucket {self.fetching.store.bucket} has runs of a pipeline called {strange[0]!r}"
            raise DamageError(f"{said}, which no pipeline is; nothing was restored")
        return [(found[run_id], run_id) for run_id in sorted(found)]

    def lines(self) -> Sequence[Line]:
        """The lines that anchors hold; two that contradict each other are a `DamageError`."""
        keys = [key for keys in self._shelf.others.values() for key in keys]
        found: dict[tuple[str, int], Line] = {}
        for key, content in zip(keys, self.fetching.each("anchors", self.fetching.content, keys), strict=True):
            for line in _lines(key, content or b""):
                if found.setdefault((line.ledger, line.number), line).sha256 != line.sha256:
                    raise DamageError(f"line {line.number} of the ledger {line.ledger} stands in two anchors, unalike")
        return [found[place] for place in sorted(found)]

    def tops(self) -> Sequence[Top]:
        """What the pointer of each pipeline says."""
        found = []
        for pipeline in sorted({pipeline for pipeline, _ in self.runs()}):
            with suppress(ValueError, KeyError, TypeError):
                found.append(top_of(json.loads(self.fetching.content(f"{pipeline}/{FILE}") or b"")))
        return found

    @contextmanager
    def opened(self, pipeline: str, run_id: str) -> Iterator[BucketFiles]:
        """A folder of its own for the run, removed at the end."""
        with tempfile.TemporaryDirectory(prefix="insiders-restore-") as scratch:
            folder = Path(scratch) / pipeline / run_id
            folder.mkdir(parents=True)
            (folder / MANIFEST).write_bytes(self.fetching.content(self._shelf.manifests[run_id]) or b"")
            yield BucketFiles(self.fetching.store, folder, f"{pipeline}/{run_id}")

    @cached_property
    def _shelf(self) -> Shelf:
        return shelf.read(self.fetching.store, None)


def _lines(key: str, content: bytes) -> list[Line]:
    try:
        return [Line.read(text.encode()) for text in json.loads(content)["lines"]]
    except (ValueError, KeyError, TypeError) as fault:
        raise DamageError(f"the anchor {key} cannot be read: {fault}; runner verify looks closer") from None
