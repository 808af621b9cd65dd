"""The registered model of a level: what the registry says of it, and its training report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from insiders import registry
from insiders.errors import ModelError
from insiders.model_names import in_words

REPORT = "training_report.html"
MOST_BYTES = 64 * 1024**2
_DESCRIBES = "champion.json"


@dataclass(frozen=True)
class Registered:
    """A model's files on this host."""

    first_day: str
    last_day: str
    """The days it learnt from, as ISO dates."""
    sha256: str
    """Digest of the file that describes it."""
    report: bytes | None
    """One page that needs no other file."""


def name(model: str) -> str:
    """A model's name in front of readers."""
    return in_words(model)


def registered(folder: Path) -> Registered | None:
    """What the registry in a folder says; None where there is none on this host."""
    try:
        entry = registry.entries(folder).get(_DESCRIBES)
    except ModelError:
        return None
    if entry is None:
        return None
    training = entry.training or {}
    return Registered(
        str(training.get("first_day", "")), str(training.get("last_day", "")), entry.sha256, _page(folder)
    )


def _page(folder: Path) -> bytes | None:
    path = folder / REPORT
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    return path.read_bytes()
