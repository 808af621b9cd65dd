"""A run as its record sealed it: what a person speaks about must be what the ledger tells of, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.delivery import endings
from runner.errors import DamageError, RecordError, UsageError, listed
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.promotion.policy import Policy
from runner.records import archive, digests, inventory

ENDS = (Event.FINISHED, Event.ADOPTED)


@dataclass(frozen=True)
class Sealed:
    """A run that is over, and nothing of which was altered since."""

    folder: Path
    manifest: dict[str, Any]
    digest: str
    """SHA-256 of its manifest, as the ledger has it."""

    @property
    def policy(self) -> Policy:
        """The terms on which it may go live, as they were when it began; those of older runs ask for nothing."""
        return Policy.model_validate(self.manifest["policy"])


def check(book: Book, folder: Path) -> Sealed:
    """The run as it was sealed.

    Raises a `UsageError` where it is still under way, and a `DamageError` that names what is not as it was.
    """
    sealed = archive.sealed(folder)
    if sealed is None:
        raise UsageError(f"the run {folder.name} is still under way")
    manifest, digest = sealed
    ends = [line for line in book.of_run(folder.name) if line.event in ENDS]
    if not ends:
        raise RecordError(f"the ledger does not tell how the run {folder.name} ended; runner verify looks closer")
    faults = [f"{archive.MANIFEST}: is not the record that the ledger tells of"] if ends[-1].digest != digest else []
    if faults or (faults := altered(folder, manifest)):
        raise DamageError(listed(f"the run {folder.name} was altered; runner verify looks closer:", faults))
    return Sealed(folder, manifest, digest)


def altered(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Every file that is not as the manifest has it, each in one line."""
    recorded, found = endings.files(manifest, folder), list(inventory.paths(folder))
    faults = [f"{path}: is gone" for path in recorded if path not in found]
    faults += [f"{path}: was added" for path in found if path not in recorded]
    changed = (path for path in found if path in recorded and digests.of_file(folder / path) != recorded[path])
    return faults + [f"{path}: has other content" for path in changed]
