"""The folder of all runs as their archive: a file is kept where its run wrote it, and nothing is copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runner.errors import PlaceError
from runner.records import digests
from runner.stores.objects import StoreConflictError, StoredObject


@dataclass(frozen=True)
class FolderStore:
    """See `runner.stores.store.Store`."""

    root: Path

    def keep(self, path: Path, sha256: str) -> StoredObject:
        """What lies there, which has to be below the folder and have that digest."""
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise StoreConflictError(f"{path} is not in its place below {self.root}")
        found = digests.of_file(path)
        if found != sha256:
            raise StoreConflictError(f"{path} was altered: its digest is {found[:12]}…, not {sha256[:12]}…")
        return StoredObject(path.resolve().as_uri(), None, sha256, path.stat().st_size)

    def put(self, path: Path, key: str, sha256: str) -> StoredObject:
        """What lies at `root/key`, which has to be the file itself."""
        if path.resolve() != (self.root / key).resolve():
            raise StoreConflictError(f"{path} is not in its place {self.root / key}")
        return self.keep(path, sha256)

    def write(self, key: str, content: bytes) -> None:
        """Nothing: an anchor that lies beside the ledger holds nobody."""

    def ping(self) -> None:
        """Raise a `PlaceError` where the folder cannot be made."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise PlaceError(f"the archive {self.root} cannot be made: {fault.strerror}") from fault
