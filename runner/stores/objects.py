"""What a store keeps: files by the digest of their content, and the few that go by a name."""

from __future__ import annotations

from dataclasses import dataclass

from runner.errors import DamageError

OBJECTS = "objects"
QUARANTINE = "quarantine"


class StoreConflictError(DamageError):
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


def key_of(sha256: str) -> str:
    """Where the content with that digest lies."""
    return f"{OBJECTS}/{sha256[:2]}/{sha256}"


def quarantine_key(run_id: str, sha256: str) -> str:
    """Where a run's file is put whose own place holds other content."""
    return f"{QUARANTINE}/{run_id}/{sha256}"
