"""What a bucket lists: the anchors of ledgers, the manifests of runs, and objects that go by their digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from runner.delivery.anchors import ROOM as LEDGERS
from runner.records.identifiers import is_run_id
from runner.records.record import MANIFEST
from runner.stores.objects import OBJECTS, QUARANTINE
from runner.stores.s3 import S3Store
from runner.verification import anchors
from runner.verification.anchors import Anchor

_OBJECT = re.compile(r"(?P<two>[0-9a-f]{2})/(?P<sha256>(?P=two)[0-9a-f]{62})")


@dataclass
class Shelf:
    """The names in a bucket, sorted out; keys are without the prefix."""

    anchors: list[Anchor] = field(default_factory=list)
    """Those of the ledger that was asked for."""
    others: dict[str, list[str]] = field(default_factory=dict)
    """Keys of the anchors of other ledgers, by their id."""
    manifests: dict[str, str] = field(default_factory=dict)
    """Key of the manifest of each run, by run id."""
    copies: list[str] = field(default_factory=list)
    """Keys of manifests beyond the first of a run."""
    files: dict[str, set[str]] = field(default_factory=dict)
    """Files beside a manifest, by run id: so runs were kept before objects went by their digest."""
    objects: dict[str, int] = field(default_factory=dict)
    """Size of each object, by its digest."""
    strangers: list[str] = field(default_factory=list)
    """Keys that nothing here has, in rooms where only certain keys are."""


def read(store: S3Store, ledger: str | None) -> Shelf:
    """List the bucket; a `PlaceError` where it does not answer."""
    shelf = Shelf()
    for key, size in _keys(store):
        _sort(shelf, key, size, ledger, store)
    return shelf


def _sort(shelf: Shelf, key: str, size: int, ledger: str | None, store: S3Store) -> None:
    room, _, rest = key.partition("/")
    if room == LEDGERS:
        _anchor(shelf, key, rest, ledger, store)
    elif room == OBJECTS:
        if found := _OBJECT.fullmatch(rest):
            shelf.objects[found["sha256"]] = size
        else:
            shelf.strangers.append(key)
    elif room != QUARANTINE:
        run_id, _, file = rest.partition("/")
        if not is_run_id(run_id):
            return
        if file != MANIFEST:
            shelf.files.setdefault(run_id, set()).add(file)
        elif run_id in shelf.manifests:
            shelf.copies.append(key)
        else:
            shelf.manifests[run_id] = key


def _anchor(shelf: Shelf, key: str, rest: str, ledger: str | None, store: S3Store) -> None:
    owner, _, name = rest.partition("/")
    found = anchors.read(name, f"s3://{store.bucket}/{store.name(key)}")
    if found is None:
        shelf.strangers.append(key)
    elif owner == ledger:
        shelf.anchors.append(found)
    else:
        shelf.others.setdefault(owner, []).append(key)


def _keys(store: S3Store) -> Iterator[tuple[str, int]]:
    """Key and size of everything below the prefix."""
    prefix = f"{store.prefix}/" if store.prefix else ""
    token: dict[str, str] = {}
    while True:
        page = _page(store, prefix, token)
        for one in page.get("Contents", ()):
            yield one["Key"].removeprefix(prefix), one["Size"]
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def _page(store: S3Store, prefix: str, token: dict[str, str]) -> dict[str, Any]:
    try:
        return store.ask(lambda: store.client.list_objects_v2(Bucket=store.bucket, Prefix=prefix, **token))
    except ClientError as fault:
        raise store.away(fault) from fault
