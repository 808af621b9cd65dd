"""The files of a run's folder, compared with what its manifest says of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from runner.records import digests as of_inputs
from runner.records.inventory import INPUTS, is_aside
from runner.records.record import MANIFEST
from runner.verification import contents
from runner.verification.contents import Digests, Entry
from runner.verification.findings import Findings, Kind, short
from runner.verification.manifests import Manifest


@dataclass(frozen=True)
class Wrong:
    """A file that has another digest than it should; what it is may be known from elsewhere."""

    place: str
    run: str
    expected: str | None
    """None for a file that should not be there."""
    found: str


@dataclass
class Looked:
    """What came of looking at a run's folder."""

    run: str
    findings: Findings = field(default_factory=Findings)
    wrong: list[Wrong] = field(default_factory=list)
    manifest: Manifest | None = None
    """Where it is the one that it should be."""
    orphan: bool = False
    """Whether it was made when there was a ledger, and there is none."""

    @property
    def suspicious(self) -> bool:
        """Whether something is not as it should be."""
        return bool(self.findings.damages or self.wrong or self.orphan)


def compare(folder: Path, manifest: Manifest, digests: Digests, looked: Looked) -> None:
    """Compare the files with the manifest: those that it lists, and, where it lists all, that there are no others."""
    there = {entry.path: entry for entry in contents.below(folder, leave_out=INPUTS)}
    there.pop(MANIFEST, None)
    for path, (size, sha256) in manifest.files.items():
        entry = there.pop(path, None)
        if entry is None:
            told = f"{size:,} bytes, {short(sha256)}"
            looked.findings.damage(Kind.MISSING, _place(folder, path), told, "nothing", looked.run)
        elif not entry.is_file:
            told = "a link, or what is no file"
            looked.findings.damage(Kind.ALTERED, _place(folder, path), "a file", told, looked.run)
        else:
            _file(folder, entry, sha256, digests, looked)
    for entry in sorted(there.values(), key=lambda entry: entry.path):
        _unlisted(folder, entry, manifest, digests, looked)
    _inputs(folder, manifest, looked)
    looked.findings.count(files=len(manifest.files), bytes=sum(size for size, _ in manifest.files.values()))


def _file(folder: Path, entry: Entry, expected: str | None, digests: Digests, looked: Looked) -> None:
    try:
        found = digests.of(folder, entry)
    except FileNotFoundError:
        told = "what was there a moment ago"
        looked.findings.damage(Kind.MISSING, _place(folder, entry.path), told, "nothing", looked.run)
    except OSError as fault:
        looked.findings.away.append(f"{_place(folder, entry.path)}: {fault.strerror or fault}")
    else:
        if found != expected:
            looked.wrong.append(Wrong(_place(folder, entry.path), looked.run, expected, found))


def _unlisted(folder: Path, entry: Entry, manifest: Manifest, digests: Digests, looked: Looked) -> None:
    """A thing that the manifest does not list."""
    if is_aside(entry.path.rpartition("/")[2]):
        looked.findings.remark(_place(folder, entry.path), "is what a crash left half written", looked.run)
    elif not manifest.complete:
        return
    elif not entry.is_file:
        looked.findings.remark(_place(folder, entry.path), "is a link, or no file, and no part of the run", looked.run)
    else:
        _file(folder, entry, None, digests, looked)


def _inputs(folder: Path, manifest: Manifest, looked: Looked) -> None:
    """Copies of inputs may go, since they lie elsewhere; those that are there are what they were."""
    for path, sha256 in manifest.inputs:
        if (folder / path).exists() and of_inputs.of(folder / path) != sha256:
            told = f"the input {short(sha256)}"
            looked.findings.damage(Kind.ALTERED, _place(folder, path), told, "another", looked.run)


def _place(folder: Path, path: str) -> str:
    return f"{folder.parent.name}/{folder.name}/{path}"
