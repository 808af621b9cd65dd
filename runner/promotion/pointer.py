"""`current.json`: which run is current, for those who read files and not the database.

    <output>/<pipeline>/current.json
    s3://BUCKET/PREFIX/<pipeline>/current.json

The database decides; the files follow its newest promotion, whose number they hold. A file never goes back to a lower
number, however many hosts are at it and however late one comes: in the bucket it is replaced only while it is still the
one that was read. So writing it is repeated without harm, and what a crash left undone the next one does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from botocore.exceptions import ClientError

from runner.delivery import endings
from runner.delivery.places import Places
from runner.errors import PlaceError
from runner.files import write_aside
from runner.ledger.turn import turn
from runner.promotion.promote import PROMOTIONS, PUBLISHED
from runner.records import digests
from runner.records.archive import MANIFEST
from runner.settings import Settings
from runner.stores.objects import key_of
from runner.stores.patience import status_of
from runner.stores.s3 import ENCRYPTION, S3Store
from runner.tables import database
from runner.tables.run_rows import RUNS

FILE = "current.json"
LOCK = Path(".locks", "current.lock")
ARTIFACTS = "artifacts/"
FORMAT = 1
ATTEMPTS = 10
"""So often the object is read again because another host was quicker; each time its number has grown."""


@dataclass(frozen=True)
class Current:
    """The newest promotion of a pipeline."""

    pipeline: str
    number: int
    run_id: str
    kind: str
    since: datetime
    by: str
    digest: str | None
    """SHA-256 of the run's manifest."""

    @property
    def manifest_key(self) -> str:
        """Where the manifest lies, in the output folder as in the bucket."""
        return f"{self.pipeline}/{self.run_id}/{MANIFEST}"


def follow(places: Places, pipeline: str) -> None:
    """Bring `current.json` to the newest promotion of the pipeline, where it is behind. A `PlaceError` if one is away.

    Nothing happens where no run of the pipeline was promoted.
    """
    current = database.transact(places.database, lambda connection: newest(connection, pipeline))
    if current is None:
        return
    _follow_here(places.settings, current)
    if isinstance(places.store, S3Store):
        _follow_there(places.store, places.settings, current)


def newest(connection: sa.Connection, pipeline: str) -> Current | None:
    """The newest promotion of a pipeline; None where there is none."""
    joined = PUBLISHED.join(PROMOTIONS, PROMOTIONS.c.number == PUBLISHED.c.promotion).join(
        RUNS, RUNS.c.run_id == PUBLISHED.c.run_id
    )
    query = sa.select(PROMOTIONS, RUNS.c.digest).select_from(joined).where(PUBLISHED.c.pipeline == pipeline)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    since = row.at.replace(tzinfo=UTC)
    return Current(pipeline, row.number, row.run_id, row.kind, since, row.by_whom, row.digest)


def _follow_here(settings: Settings, current: Current) -> None:
    path = settings.output / current.pipeline / FILE
    with turn(settings.output / LOCK):
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            found = b""
        if _number(found) >= current.number:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_aside(path, _content(current, _files(_own(settings, current)), prefix=""))


def _follow_there(store: S3Store, settings: Settings, current: Current) -> None:
    name, content = store.name(f"{current.pipeline}/{FILE}"), None
    for _ in range(ATTEMPTS):
        found, etag = _read(store, name)
        if _number(found) >= current.number:
            return
        if content is None:
            manifest = _own(settings, current) or _kept(store, current)
            content = _content(current, _files(manifest), prefix=store.name(""), by_digest=True)
        if _replaced(store, name, content, etag):
            return
    raise PlaceError(
        f"{name} in the bucket {store.bucket} is written by others all the time; `runner sync` tries again"
    )


def _read(store: S3Store, name: str) -> tuple[bytes, str | None]:
    """What the object says, and what tells whether it is still the same; nothing where there is none."""

    def read() -> tuple[bytes, str | None]:
        answer = store.client.get_object(Bucket=store.bucket, Key=name)
        return answer["Body"].read(), answer["ETag"]

    try:
        return store.ask(read)
    except ClientError as fault:
        if status_of(fault) == 404:
            return b"", None
        raise store.away(fault) from fault


def _replaced(store: S3Store, name: str, content: bytes, etag: str | None) -> bool:
    """Whether the object is ours now; not where it is another than the one that was read."""
    condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
    place = {"Bucket": store.bucket, "Key": name, "ContentType": "application/json", "ServerSideEncryption": ENCRYPTION}
    try:
        store.ask(
            lambda: store.client.put_object(**place, Body=content, ChecksumAlgorithm="SHA256", **condition),
        )
    except ClientError as fault:
        # 409: another write was under way at the same time; 404: the object went while we looked.
        if status_of(fault) in (404, 409, 412):
            return False
        raise store.away(fault) from fault
    return True


def _number(content: bytes) -> int:
    """The promotion that a file is at; 0 where it says nothing that can be read."""
    try:
        number = json.loads(content)["promotion"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return 0
    return number if type(number) is int else 0


def _own(settings: Settings, current: Current) -> Mapping[str, Any] | None:
    """The manifest in the output folder, if it is the one that was delivered; a run of another host is not here."""
    path = settings.output / current.manifest_key
    try:
        if digests.of_file(path) != current.digest:
            return None
        manifest: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return manifest


def _kept(store: S3Store, current: Current) -> Mapping[str, Any] | None:
    content, _ = _read(store, store.name(current.manifest_key))
    try:
        manifest: dict[str, Any] = json.loads(content)
    except ValueError:
        return None
    return manifest


def _files(manifest: Mapping[str, Any] | None) -> dict[str, str]:
    """Digests of the artifacts by path; none where the manifest is neither here nor there."""
    if manifest is None or "steps" not in manifest:
        return {}
    listed = endings.files({**manifest, "files": manifest.get("files") or []}, Path())
    return {path: sha256 for path, sha256 in sorted(listed.items()) if path.startswith(ARTIFACTS)}


def _content(current: Current, artifacts: Mapping[str, str], *, prefix: str, by_digest: bool = False) -> bytes:
    """The file: keys lead to objects from the bucket's root, or from the output folder."""
    folder = current.manifest_key.removesuffix(MANIFEST)
    told = {
        "format": FORMAT,
        "pipeline": current.pipeline,
        "promotion": current.number,
        "kind": current.kind,
        "run_id": current.run_id,
        "since": current.since.isoformat(timespec="milliseconds"),
        "by": current.by,
        "manifest": {"key": f"{prefix}{current.manifest_key}", "sha256": current.digest},
        "artifacts": [
            {"path": path, "sha256": sha256, "key": f"{prefix}{key_of(sha256) if by_digest else folder + path}"}
            for path, sha256 in artifacts.items()
        ],
    }
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
