"""The folder of all runs: one folder per run, what lies in it, and how a run is found again.

<output>/<pipeline>/<run_id>/run.json, journal.jsonl, copies of the notebooks, tables/, results/, artifacts/, inputs/
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from runner.errors import RecordError, UnknownRunError
from runner.files import sync_folder, write_aside
from runner.keeping import pruned
from runner.outcomes import Status
from runner.records import digests, journal, lost, record
from runner.records.identifiers import is_run_id
from runner.records.record import FORMAT, CellRecord, FileRecord, RunRecord
from runner.secrecy.redaction import Redactor

MANIFEST = record.MANIFEST
JOURNAL = "journal.jsonl"
ROOMS = ("tables", "results", "artifacts")
_ALWAYS = {"status", "started", "provenance", "steps"}
_NEW_IN_STEPS: dict[str, Any] = {
    "item": {},
    "content": None,
    "why": None,
    "cached_from": None,
    "attempts": [],
    "overridden": [],
}
"""What a manifest of format 1 does not say of a step."""
NAMES = ("latest", "latest-good", "previous")


def make_folder(output: Path, pipeline: str, run_id: str) -> Path:
    """Make the folder of a new run, with its rooms."""
    folder = output / pipeline / run_id
    folder.mkdir(parents=True)
    for room in ROOMS:
        (folder / room).mkdir()
    # The ledger is going to say that the run exists, so a power cut must not take its folder.
    for place in (folder.parent, output):
        sync_folder(place)
    return folder


@dataclass
class Manifest:
    """The manifest of a run that is under way, written at every turn.

    A turn that cannot be written (the disk is full) leaves the one before in place; the first such fault is kept, and
    the run ends with it.
    """

    folder: Path
    redactor: Redactor = field(default_factory=Redactor)
    fault: OSError | None = None
    """Why the last turn is not on the disk; None where it is."""

    def write(self, record: RunRecord) -> None:
        """Write `run.json`, aside and then into place."""
        try:
            write_aside(self.folder / MANIFEST, record.to_json(self.redactor))
            self.fault = None
        except OSError as fault:
            self.fault = fault


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder, or a `RecordError`. A run whose process has vanished is marked as `lost`."""
    manifest = _parsed(folder, _content(folder))
    if manifest["status"] == Status.RUNNING and _vanished(manifest):
        entries = _journal_of(folder)
        lost.wait_for_kernels(entries)
        manifest = lost.with_files(lost.marked(manifest, entries), folder)
        with contextlib.suppress(OSError):  # whoever only looks may not be allowed to write
            write_aside(folder / MANIFEST, as_text(manifest).encode(errors="backslashreplace"))
    return manifest


def sealed(folder: Path) -> tuple[dict[str, Any], str] | None:
    """The final manifest of a run and the digest of its bytes; None as long as the run is not over on the disk.

    Raises a `RecordError` where there is no manifest to read.
    """
    if read_manifest(folder)["status"] == Status.RUNNING:
        return None
    content = _content(folder)
    manifest = _parsed(folder, content)
    return None if manifest["status"] == Status.RUNNING else (manifest, hashlib.sha256(content).hexdigest())


def cell_of(told: Mapping[str, Any]) -> CellRecord:
    """The record of a cell that a manifest tells of."""
    return CellRecord(**{**told, "status": Status(told["status"])})


def as_text(manifest: dict[str, Any]) -> str:
    """A manifest as it stands in its file."""
    return json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"


def run_folders(output: Path, pipeline: str | None = None) -> list[Path]:
    """The folders of all runs, the newest first."""
    found = output.glob(f"{pipeline or '*'}/*/{MANIFEST}")
    return sorted(
        (path.parent for path in found if is_run_id(path.parent.name)), key=lambda run: run.name, reverse=True
    )


def find(name: str, output: Path, pipeline: str | None = None) -> Path:
    """The folder of a run given by id, unique prefix, `latest`, `latest-good` or `previous`; else `UnknownRunError`."""
    folders = run_folders(output, pipeline)
    if not folders:
        raise UnknownRunError(f"there is no run{f' of {pipeline}' if pipeline else ''} in {output} yet")
    if name in NAMES:
        return _by_name(name, folders)
    matches = [folder for folder in folders if folder.name.startswith(name)] if name else []
    if len(matches) == 1:
        return matches[0]
    if not matches:
        if gone := pruned.told(output, name, pipeline):
            raise UnknownRunError(gone)
        raise UnknownRunError(f"no run begins with {name!r}; `runner history` lists them, or say {', '.join(NAMES)}")
    raise UnknownRunError(f"{len(matches)} runs begin with {name!r}: {', '.join(run.name for run in matches[:5])}")


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file of a run that its steps may write, by path relative to the run folder."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns) for path in _files(folder)
    }


def _files(folder: Path) -> Iterator[Path]:
    own = (*folder.glob("*.ipynb"), *(path for room in ROOMS for path in (folder / room).rglob("*")))
    return (path for path in sorted(own) if path.is_file() and not path.is_symlink() and not path.name.startswith("."))


def written_since(folder: Path, before: dict[str, tuple[int, int]]) -> tuple[FileRecord, ...]:
    """The files that are new or changed since a snapshot, with their digests."""
    after = snapshot(folder)
    changed = [path for path, state in after.items() if before.get(path) != state]
    return tuple(FileRecord(path, after[path][0], digests.of_file(folder / path)) for path in changed)


def _content(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise RecordError(f"{folder / MANIFEST}: cannot be read: {error}") from None


def _parsed(folder: Path, content: bytes) -> dict[str, Any]:
    """The manifest in the newest format."""
    try:
        manifest = json.loads(content)
    except ValueError as error:
        raise RecordError(f"{folder / MANIFEST}: cannot be read: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("run_id") != folder.name or not manifest.keys() >= _ALWAYS:
        raise RecordError(f"{folder / MANIFEST}: is not the manifest of the run {folder.name}")
    return _upgraded(manifest)


def _journal_of(folder: Path) -> list[dict[str, Any]]:
    try:
        return journal.read(folder / JOURNAL)
    except OSError:
        return []


def _upgraded(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest with the fields that an earlier version did not write."""
    if manifest.get("format") == FORMAT:
        return manifest
    steps = [{**_NEW_IN_STEPS, "base": step["name"], "copy": step["notebook"], **step} for step in manifest["steps"]]
    return {"identity": None, "parent": None, "policy": {}, "fence": None, "files": None, **manifest, "steps": steps}


def _by_name(name: str, folders: list[Path]) -> Path:
    if name == "latest":
        return folders[0]
    if name == "previous":
        if len(folders) > 1:
            return folders[1]
        raise UnknownRunError("there is only one run, and none before it")
    for folder in folders:
        if read_manifest(folder)["status"] == Status.SUCCEEDED:
            return folder
    raise UnknownRunError("no run has succeeded yet")


def _vanished(manifest: dict[str, Any]) -> bool:
    """Whether the process that writes this manifest is gone from this host; of other hosts we cannot tell."""
    provenance = manifest.get("provenance", {})
    if provenance.get("host") != socket.gethostname():
        return False
    try:
        return abs(psutil.Process(provenance.get("pid", -1)).create_time() - provenance.get("process_started", 0)) > 1
    except (psutil.Error, ValueError):
        return True
