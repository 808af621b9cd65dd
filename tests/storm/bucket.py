"""What lies in the bucket, read past the bad line: every version of every object."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from tests.storm.ground import PREFIX

READERS = 4


class Bucket(Protocol):
    """A bucket as the judge sees it. Keys are below the prefix."""

    def versions(self) -> Counter[str]:
        """How often each key was written."""
        ...

    def read(self, key: str) -> bytes:
        """The newest content of an object."""
        ...


@dataclass(frozen=True)
class S3Bucket:
    """A bucket behind a boto3 client of the judge's own."""

    client: Any
    name: str

    def versions(self) -> Counter[str]:
        """How often each key was written."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=f"{PREFIX}/")
        return Counter(one["Key"].removeprefix(f"{PREFIX}/") for page in pages for one in page.get("Versions", []))

    def read(self, key: str) -> bytes:
        """The newest content of an object."""
        return bytes(self.client.get_object(Bucket=self.name, Key=f"{PREFIX}/{key}")["Body"].read())


def contents(bucket: Bucket, keys: list[str]) -> Iterator[tuple[str, bytes]]:
    """Objects with their content, several read at once."""
    with ThreadPoolExecutor(READERS) as pool:
        yield from zip(keys, pool.map(bucket.read, keys), strict=True)


def object_key(sha256: str) -> str:
    """Where a file of this digest lies."""
    return f"objects/{sha256[:2]}/{sha256}"


def files_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Every file that a manifest names, with its digest."""
    entries = [*(manifest.get("files") or []), *(one for step in manifest["steps"] for one in step["files"] or [])]
    return {one["path"]: one["sha256"] for one in entries}


def torn(bucket: Bucket, versions: Counter[str], foreign: frozenset[str] = frozenset()) -> Iterator[str]:
    """Objects that are not what their name says, and commit marks of what is not there.

    `foreign` are objects that somebody else has put in our places: no commit mark may speak of them.
    """
    objects = [key for key in versions if key.startswith("objects/") and key not in foreign]
    for key, content in contents(bucket, objects):
        if key != object_key(hashlib.sha256(content).hexdigest()):
            yield f"the object {key} has other content"
    for key, content in contents(bucket, [key for key in versions if key.endswith("/run.json")]):
        for path, sha256 in files_of(json.loads(content)).items():
            if object_key(sha256) not in versions or object_key(sha256) in foreign:
                yield f"{key} says that {path} is there, and it is not"


def doubled(versions: Counter[str]) -> Iterator[str]:
    """Objects that were written more than once, though they are written once."""
    for key, times in versions.items():
        if times > 1 and not key.endswith("/current.json"):
            yield f"{key} was written {times} times"
